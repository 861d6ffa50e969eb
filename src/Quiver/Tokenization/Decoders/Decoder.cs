namespace Quiver.Tokenization.Decoders;

/// <summary>One step on the way from tokens back to text: takes a list of parts and gives another. Immutable and thread-safe.</summary>
internal abstract class Decoder
{
    public abstract List<string> Apply(List<string> parts);
}

internal sealed class SequenceDecoder(IReadOnlyList<Decoder> steps) : Decoder
{
    public override List<string> Apply(List<string> parts) => steps.Aggregate(parts, (current, step) => step.Apply(current));
}

/// <summary>Joins all parts into one.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override List<string> Apply(List<string> parts) => [string.Concat(parts)];
}
