namespace Quiver.Tokenization.PreTokenizers;

/// <summary>One step of cutting text into the words that the model sees. Immutable and thread-safe.</summary>
internal abstract class PreTokenizer
{
    public abstract void Apply(PreTokenizedText text);

    /// <summary>The most bytes that one byte can become; see <see cref="Normalizers.Normalizer.Growth"/>.</summary>
    public virtual double Growth => 1;

    /// <summary>Whether a piece has to know where in the caller's text it began, even when only ids are asked for.</summary>
    public virtual bool NeedsAlignments => false;
}

internal sealed class SequencePreTokenizer(PreTokenizer[] steps) : PreTokenizer
{
    public override double Growth => steps.Aggregate(1.0, (product, step) => product * step.Growth);

    public override bool NeedsAlignments => steps.Any(step => step.NeedsAlignments);

    public override void Apply(PreTokenizedText text)
    {
        foreach (var step in steps)
            step.Apply(text);
    }
}
