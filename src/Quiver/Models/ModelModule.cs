namespace Quiver.Models;

/// <summary>One step of a sentence-transformers model; modules.json lists them in the order they run.</summary>
public abstract record ModelModule;

/// <summary>Token ids to hidden states. Always the first.</summary>
/// <param name="Folder">Where config.json, the tokenizer and the weights are: the model's own folder, or "0_Transformer" in it.</param>
public sealed record TransformerModule(string Folder) : ModelModule;

/// <summary>Hidden states to one vector.</summary>
/// <param name="Modes">At least one; several vectors are joined in this order.</param>
/// <param name="IncludePrompt">Whether the tokens of a prompt count; where not, only those after it.</param>
public sealed record PoolingModule(IReadOnlyList<PoolingMode> Modes, bool IncludePrompt) : ModelModule;

/// <summary>y = activation(W x + b): "linear.weight" [Outputs, Inputs] and, where it has one, "linear.bias" [Outputs].</summary>
/// <param name="Folder">Where its weights are; open them with <see cref="TensorSet.Open"/>.</param>
public sealed record DenseModule(string Folder, int Inputs, int Outputs, bool HasBias, DenseActivation Activation) : ModelModule;

/// <summary>LayerNorm over the vector, epsilon 1e-5: "norm.weight" and "norm.bias", each [Width].</summary>
/// <param name="Folder">Where its weights are; open them with <see cref="TensorSet.Open"/>.</param>
public sealed record LayerNormModule(string Folder, int Width) : ModelModule;

/// <summary>Division by the Euclidean length.</summary>
public sealed record NormalizeModule : ModelModule;

/// <summary>How the hidden states h of a text's n tokens become one vector; special tokens count.</summary>
public enum PoolingMode
{
    /// <summary>h of the first token.</summary>
    Cls,

    /// <summary>The largest value of each element.</summary>
    Max,

    /// <summary>Σ h / n.</summary>
    Mean,

    /// <summary>Σ h / √n.</summary>
    MeanSqrtLength,

    /// <summary>Σ i·h / Σ i, with i = 1 for the first token.</summary>
    WeightedMean,

    /// <summary>h of the last token.</summary>
    LastToken,
}

/// <summary>The activation of a <see cref="DenseModule"/>: torch's classes of these names, with their default arguments.</summary>
public enum DenseActivation
{
    Identity,
    Tanh,
    Relu,
    Gelu,
    Sigmoid,
}
