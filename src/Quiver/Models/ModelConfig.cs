using System.Text.Json;

namespace Quiver.Models;

/// <summary>What config.json says of a transformer, under one name for each thing whatever the architecture calls it.</summary>
/// <remarks>
/// Absent members take the default of the architecture's configuration class in transformers; the sizes have no default here, since every
/// published file states them.
/// </remarks>
public sealed record ModelConfig
{
    /// <summary>The architecture: "bert", "xlm-roberta", "distilbert" …</summary>
    public required string ModelType { get; init; }

    /// <summary>The classes the weights were saved from, "BertModel"; empty where the file does not say.</summary>
    public required IReadOnlyList<string> Architectures { get; init; }

    /// <summary>Rows of the token embedding table.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of a token's hidden state.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the embedding tables: smaller than <see cref="HiddenSize"/> in albert and some electra, else the same.</summary>
    public required int EmbeddingSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Width of one attention head: stated by some decoders, else <see cref="HiddenSize"/> / <see cref="Heads"/>.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width between the two matrices of the feed-forward part.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>The feed-forward activation, as written: "gelu" (erf), "gelu_new" (tanh), "relu", "silu" …</summary>
    public required string Activation { get; init; }

    /// <summary>Rows of the position embedding table, or the positions trained where there is no table.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Rows of the token type table; 0 where the architecture has none (distilbert, mpnet).</summary>
    public required int TypeVocabularySize { get; init; }

    public required float LayerNormEpsilon { get; init; }

    /// <summary>The padding token's id, or null. Roberta-likes number positions from the one after it.</summary>
    public required int? PadTokenId { get; init; }

    /// <summary>Layer parameter sets shared between the layers of albert; 1 elsewhere has no meaning.</summary>
    public required int HiddenGroups { get; init; }

    /// <summary>Layers inside each of albert's groups.</summary>
    public required int InnerGroups { get; init; }

    /// <summary>Rows of mpnet's table of relative position biases.</summary>
    public required int RelativeAttentionBuckets { get; init; }


    /// <summary>The whole of config.json, for what only one architecture has.</summary>
    public required JsonElement Raw { get; init; }

    /// <summary>The position of a text's first token in the position table: after the padding position in roberta-likes, else 0.</summary>
    public int FirstPosition => ModelDefaults.NumbersPositionsAfterPadding(ModelType) ? (PadTokenId ?? 0) + 1 : 0;

    /// <summary>How many tokens have a position.</summary>
    public int UsablePositions => MaxPositions - FirstPosition;
}
