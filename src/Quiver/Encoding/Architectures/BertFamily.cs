using Quiver.Models;

namespace Quiver.Encoding.Architectures;

/// <summary>
/// bert, roberta, xlm-roberta, camembert, distilbert, mpnet, electra and albert: the same post-norm encoder under other names, with learned positions
/// and, in mpnet, relative position biases.
/// </summary>
internal static class BertFamily
{
    /// <summary>Heads of other tasks, and constants: weights that a file may carry and an embedding does not need.</summary>
    private static readonly string[] NotNeeded =
    [
        "*embeddings.position_ids", "*embeddings.token_type_ids", "*pooler.*", "cls.*", "lm_head.*", "classifier.*", "pre_classifier.*",
        "vocab_transform.*", "vocab_layer_norm.*", "vocab_projector.*", "qa_outputs.*", "predictions.*", "sop_classifier.*",
        "generator_predictions.*", "generator_lm_head.*", "discriminator_predictions.*",
    ];

    public static bool Runs(string modelType) => NamesOf(modelType) is not null;

    /// <summary>Reads and packs all weights; the result keeps the token table's tensor, see <see cref="TokenEmbeddings"/>.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, has another shape, or belongs to another architecture.</exception>
    public static Transformer Load(ModelFolder folder, TensorSet tensors, Precision precision)
    {
        var config = folder.Config;
        var names = NamesOf(config.ModelType) ?? throw new ArgumentException(config.ModelType, nameof(folder));
        if ((long)config.Heads * config.HeadSize != config.HiddenSize)
            throw Fault(folder, $"{config.Heads} heads of {config.HeadSize} are not the hidden size {config.HiddenSize}");

        var prefix = PrefixOf(tensors, names);
        var reader = new WeightReader(tensors, prefix, precision, config.LayerNormEpsilon);

        var embeddings = Embeddings(folder, reader, names);
        var bias = config.ModelType == "mpnet" ? Biases(folder, reader) : null;
        var activation = ActivationOf(folder);
        var layers = config.ModelType == "albert"
            ? SharedLayers(config, reader, names, activation, bias)
            : [.. Enumerable.Range(0, config.Layers).Select(i => Layer(config, reader, names, $"{names.LayerPrefix}{i}.", activation, bias))];

        tensors.RequireAllUsed(NotNeeded);
        return new Transformer(embeddings, layers, bias, config.HiddenSize, Math.Max(3 * config.HiddenSize, config.IntermediateSize));
    }

    private static TensorNames? NamesOf(string modelType) => modelType switch
    {
        "bert" => TensorNames.Bert("bert."),
        "roberta" or "xlm-roberta" or "camembert" => TensorNames.Bert("roberta."),
        "mpnet" => TensorNames.Mpnet,
        "electra" => TensorNames.Electra,
        "distilbert" => TensorNames.Distilbert,
        "albert" => TensorNames.Albert,
        _ => null,
    };

    private static string PrefixOf(TensorSet tensors, TensorNames names) =>
        tensors.Names.Any(name => name.StartsWith(names.TaskPrefix, StringComparison.Ordinal)) ? names.TaskPrefix : "";

    private static TokenEmbeddings Embeddings(ModelFolder folder, WeightReader reader, TensorNames names)
    {
        var config = folder.Config;
        var width = config.EmbeddingSize;
        var projection = names.EmbeddingProjection is not null && (width != config.HiddenSize || config.ModelType == "albert")
            ? reader.Linear(names.EmbeddingProjection, width, config.HiddenSize)
            : null;
        if (projection is null && width != config.HiddenSize)
            throw Fault(folder, $"embedding_size {width} is not hidden_size {config.HiddenSize}");

        var types = config.TypeVocabularySize > 0
            ? reader.Tensor("embeddings.token_type_embeddings.weight", config.TypeVocabularySize, width)
            : null;
        return new TokenEmbeddings(
            reader.Tensor("embeddings.word_embeddings.weight", config.VocabularySize, width),
            reader.Tensor("embeddings.position_embeddings.weight", config.MaxPositions, width),
            types,
            reader.Norm("embeddings.LayerNorm", width),
            projection,
            new PositionNumbering(config.FirstPosition, config.FirstPosition > 0 ? config.PadTokenId : null));
    }

    private static RelativePositionBias Biases(ModelFolder folder, WeightReader reader)
    {
        var config = folder.Config;
        if (!RelativePositionBias.Takes(config.RelativeAttentionBuckets))
            throw Fault(folder, $"relative_attention_num_buckets {config.RelativeAttentionBuckets} is not a multiple of 4 below 512");

        var weights = reader.Floats("encoder.relative_attention_bias.weight", config.RelativeAttentionBuckets, config.Heads);
        return new RelativePositionBias(weights, config.RelativeAttentionBuckets, config.Heads, config.UsablePositions);
    }

    /// <summary>albert: few sets of weights, each used for a run of layers.</summary>
    private static PostNormLayer[] SharedLayers(
        ModelConfig config, WeightReader reader, TensorNames names, Activation activation, RelativePositionBias? bias)
    {
        var groups = new PostNormLayer[config.HiddenGroups][];
        for (var group = 0; group < groups.Length; group++)
        {
            groups[group] = new PostNormLayer[config.InnerGroups];
            for (var inner = 0; inner < config.InnerGroups; inner++)
                groups[group][inner] = Layer(config, reader, names, $"{names.LayerPrefix}{group}.albert_layers.{inner}.", activation, bias);
        }

        var layersPerGroup = (double)config.Layers / config.HiddenGroups;
        return [.. Enumerable.Range(0, config.Layers).SelectMany(layer => groups[(int)(layer / layersPerGroup)])];
    }

    private static PostNormLayer Layer(
        ModelConfig config, WeightReader reader, TensorNames names, string prefix, Activation activation, RelativePositionBias? bias)
    {
        var hidden = config.HiddenSize;
        var queryKeyValue = reader.Stacked([prefix + names.Query, prefix + names.Key, prefix + names.Value], hidden, hidden);
        var output = reader.Linear(prefix + names.AttentionOutput, hidden, hidden);
        return new PostNormLayer(
            new SelfAttention(queryKeyValue, output, config.Heads, config.HeadSize, bias),
            reader.Norm(prefix + names.AttentionNorm, hidden),
            new FeedForward(
                reader.Linear(prefix + names.Up, hidden, config.IntermediateSize, activation),
                reader.Linear(prefix + names.Down, config.IntermediateSize, hidden)),
            reader.Norm(prefix + names.OutputNorm, hidden));
    }

    private static Activation ActivationOf(ModelFolder folder) => folder.Config.Activation switch
    {
        "gelu" or "gelu_python" => Activation.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Activation.GeluTanh,
        "relu" => Activation.Relu,
        "silu" or "swish" => Activation.Silu,
        var other => throw Fault(folder, $"activation '{other}' is not known"),
    };

    private static ModelFormatException Fault(ModelFolder folder, string problem) =>
        new(Path.Combine(folder.TransformerFolder, "config.json"), problem);
}
