namespace Quiver.Encoding.Architectures;

/// <summary>What one architecture of the BERT family calls its tensors.</summary>
internal sealed record TensorNames
{
    /// <summary>What comes before the layer number, "encoder.layer."; albert has one shared layer instead.</summary>
    public required string LayerPrefix { get; init; }

    public required string Query { get; init; }

    public required string Key { get; init; }

    public required string Value { get; init; }

    public required string AttentionOutput { get; init; }

    public required string AttentionNorm { get; init; }

    public required string Up { get; init; }

    public required string Down { get; init; }

    public required string OutputNorm { get; init; }

    /// <summary>The map from the embeddings' width to the hidden states', where the two can differ.</summary>
    public string? EmbeddingProjection { get; init; }

    /// <summary>The names that saving a model with a task's head puts before every tensor of the encoder.</summary>
    public required string TaskPrefix { get; init; }

    public static TensorNames Bert(string taskPrefix) => new()
    {
        TaskPrefix = taskPrefix,
        LayerPrefix = "encoder.layer.",
        Query = "attention.self.query",
        Key = "attention.self.key",
        Value = "attention.self.value",
        AttentionOutput = "attention.output.dense",
        AttentionNorm = "attention.output.LayerNorm",
        Up = "intermediate.dense",
        Down = "output.dense",
        OutputNorm = "output.LayerNorm",
    };

    public static TensorNames Electra { get; } = Bert("electra.") with { EmbeddingProjection = "embeddings_project" };

    public static TensorNames Mpnet { get; } = Bert("mpnet.") with
    {
        Query = "attention.attn.q",
        Key = "attention.attn.k",
        Value = "attention.attn.v",
        AttentionOutput = "attention.attn.o",
        AttentionNorm = "attention.LayerNorm",
    };

    public static TensorNames Distilbert { get; } = new()
    {
        TaskPrefix = "distilbert.",
        LayerPrefix = "transformer.layer.",
        Query = "attention.q_lin",
        Key = "attention.k_lin",
        Value = "attention.v_lin",
        AttentionOutput = "attention.out_lin",
        AttentionNorm = "sa_layer_norm",
        Up = "ffn.lin1",
        Down = "ffn.lin2",
        OutputNorm = "output_layer_norm",
    };

    public static TensorNames Albert { get; } = new()
    {
        TaskPrefix = "albert.",
        LayerPrefix = "encoder.albert_layer_groups.",
        Query = "attention.query",
        Key = "attention.key",
        Value = "attention.value",
        AttentionOutput = "attention.dense",
        AttentionNorm = "attention.LayerNorm",
        Up = "ffn",
        Down = "ffn_output",
        OutputNorm = "full_layer_layer_norm",
        EmbeddingProjection = "encoder.embedding_hidden_mapping_in",
    };
}
