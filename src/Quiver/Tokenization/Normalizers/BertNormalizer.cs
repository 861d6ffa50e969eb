using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Normalizers;

/// <summary>The four steps of BERT's basic tokenizer, each of which may be off (google-research/bert, tokenization.py).</summary>
internal sealed class BertNormalizer(bool cleansText, bool spacesIdeographs, bool stripsAccents, bool lowercases) : Normalizer
{
    private readonly SequenceNormalizer _steps = new([
        .. cleansText ? [new CleanTextNormalizer()] : Array.Empty<Normalizer>(),
        .. spacesIdeographs ? [new SpaceIdeographsNormalizer()] : Array.Empty<Normalizer>(),
        .. stripsAccents
            ? [new UnicodeNormalizer(NormalizationForm.Nfd), new FilterNormalizer(CharacterClass.Accent)]
            : Array.Empty<Normalizer>(),
        .. lowercases ? [new LowercaseNormalizer()] : Array.Empty<Normalizer>(),
    ]);

    public override double Growth => _steps.Growth;

    public bool CleansText => cleansText;

    public bool Lowercases => lowercases;

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch) => _steps.Apply(source, target, scratch);
}
