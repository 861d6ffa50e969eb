namespace Quiver.Tokenization.Normalizers;

/// <summary>One step of changing the text before it is split. Immutable and thread-safe: all state is in the texts handed in.</summary>
internal abstract class Normalizer
{
    /// <summary>Appends the normalized source to the empty target, which tracks alignments if the source does.</summary>
    public abstract void Apply(AlignedText source, AlignedText target, ScratchTexts scratch);

    /// <summary>The most bytes that one byte can become. A chain's product is bounded when a file is read, so that no file can make text explode.</summary>
    public virtual double Growth => 1;
}
