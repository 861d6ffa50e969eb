namespace Quiver.Embedding;

/// <summary>One input as the encoder takes it: token ids with the special tokens added, at most the model's limit of them.</summary>
/// <param name="Ids">Token ids in the model's vocabulary.</param>
/// <param name="TypeIds">Segment ids, one per token, or null where all are 0.</param>
/// <param name="FullLength">How many tokens the whole input has, special tokens included, before anything was cut.</param>
public sealed record TokenizedInput(int[] Ids, int[]? TypeIds, int FullLength)
{
    /// <summary>Whether the input was longer than the model's limit and was cut.</summary>
    public bool Truncated => FullLength > Ids.Length;
}
