namespace Quiver.Tokenization.Normalizers;

/// <summary>Writes every byte as the printable character that byte-level vocabularies spell it with.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override double Growth => 2;

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch) =>
        ByteLevelAlphabet.Append(source, 0, source.Length, target);
}
