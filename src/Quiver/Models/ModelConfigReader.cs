namespace Quiver.Models;

/// <summary>Reads config.json: old and new member names, every number bounded before anything is allocated by it.</summary>
internal static class ModelConfigReader
{
    private const int MaxWidth = 1 << 17;
    private const int MaxLayers = 1_000;
    private const int MaxHeads = 1_000;
    private const int MaxVocabulary = 1 << 24;
    private const int MaxPositions = 1 << 24;

    /// <exception cref="ModelFormatException">A member is missing, out of bounds, or contradicts another.</exception>
    public static ModelConfig Read(string file)
    {
        var root = ModelJson.Read(file);
        var type = root.Require("model_type").String();
        RequireKnownAttention(root);

        var hidden = root.Require("hidden_size", "dim", "n_embd").Int(1, MaxWidth);
        var heads = root.Require("num_attention_heads", "n_heads", "n_head").Int(1, MaxHeads);
        var headSize = root.Find("head_dim")?.Int(1, MaxWidth);
        if (headSize is null && hidden % heads != 0)
            throw root.Fault($"hidden size {hidden} is not a multiple of {heads} heads");

        var config = new ModelConfig
        {
            ModelType = type,
            Architectures = root.Find("architectures")?.Items(100).Select(name => name.String()).ToArray() ?? [],
            VocabularySize = root.Require("vocab_size").Int(1, MaxVocabulary),
            HiddenSize = hidden,
            EmbeddingSize = root.Find("embedding_size")?.Int(1, MaxWidth) ?? ModelDefaults.EmbeddingSize(type, hidden),
            Layers = root.Require("num_hidden_layers", "n_layers", "n_layer").Int(1, MaxLayers),
            Heads = heads,
            HeadSize = headSize ?? hidden / heads,
            IntermediateSize = root.Require("intermediate_size", "hidden_dim", "n_inner").Int(1, MaxWidth),
            Activation = Activation(root) ?? ModelDefaults.Activation(type),
            MaxPositions = root.Require("max_position_embeddings", "n_positions").Int(1, MaxPositions),
            TypeVocabularySize = root.Find("type_vocab_size")?.Int(0, MaxWidth) ?? ModelDefaults.TypeVocabularySize(type),
            LayerNormEpsilon = Epsilon(root),
            PadTokenId = root.Find("pad_token_id")?.Int(0, MaxVocabulary) ?? ModelDefaults.PadTokenId(type),
            HiddenGroups = root.Find("num_hidden_groups")?.Int(1, MaxLayers) ?? 1,
            InnerGroups = root.Find("inner_group_num")?.Int(1, MaxLayers) ?? 1,
            RelativeAttentionBuckets =
                root.Find("relative_attention_num_buckets")?.Int(2, MaxWidth) ?? ModelDefaults.RelativeAttentionBuckets,
            Raw = root.Element,
        };

        if (config.UsablePositions < 1)
            throw root.Fault($"{config.MaxPositions} positions leave none after the padding position {config.PadTokenId}");
        if (config.HiddenGroups > config.Layers)
            throw root.Fault($"{config.HiddenGroups} groups are more than {config.Layers} layers");
        return config;
    }

    private static string? Activation(ModelJson root) =>
        root.Find("hidden_act", "hidden_activation", "activation", "activation_function")?.String();

    private static float Epsilon(ModelJson root) =>
        (float?)root.Find("layer_norm_eps", "layer_norm_epsilon", "norm_eps", "rms_norm_eps")?.Number(0, 1)
            ?? ModelDefaults.LayerNormEpsilon;

    /// <summary>Some files keep an architecture's name and change how it attends (ALiBi, relative keys, causal): refused, never guessed.</summary>
    private static void RequireKnownAttention(ModelJson root)
    {
        if (root.Find("is_decoder") is { } decoder && decoder.Bool())
            throw decoder.Fault("is not an encoder's");
        if (root.Find("position_embedding_type") is { } positions && positions.String() != "absolute")
            throw positions.Fault("is not one Quiver computes; \"absolute\" is");
    }
}
