namespace Quiver.Tokenization.Normalizers;

/// <summary>Puts a text in front of any text that is not empty. What is prepended stands for the first character.</summary>
internal sealed class PrependNormalizer(byte[] prefix) : Normalizer
{
    public override double Growth => 1 + prefix.Length;

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        if (source.Length > 0)
            target.Append(prefix, source.AlignmentAt(0));
        target.Append(source, 0, source.Length);
    }
}
