using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Normalizers;

/// <summary>Removes characters of a class: accents as BERT strips them, or combining marks as StripAccents does.</summary>
internal sealed class FilterNormalizer(CharacterClass removed) : Normalizer
{
    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        var bytes = source.Bytes;
        for (var i = 0; i < bytes.Length;)
        {
            var start = i;
            var codePoint = Utf8.Next(bytes, ref i);
            if (codePoint < 0x80 || !UnicodeTables.Is(codePoint, removed))
                target.Append(source, start, i);
        }
    }
}
