using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Normalizers;

/// <summary>NFC, NFD, NFKC or NFKD.</summary>
internal sealed class UnicodeNormalizer(NormalizationForm form) : Normalizer
{
    // U+FDFA, 3 bytes, is 18 characters, 33 bytes, in the compatibility forms; U+0390 and its like triple in NFD.
    public override double Growth => form is NormalizationForm.Nfkd or NormalizationForm.Nfkc ? 11 : 3;

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch) =>
        Normalization.Apply(form, source, target, scratch.Marks);
}
