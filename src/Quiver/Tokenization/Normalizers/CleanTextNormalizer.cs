using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Normalizers;

/// <summary>BERT's clean_text: control characters, U+FFFD and private use go, white space becomes a space.</summary>
internal sealed class CleanTextNormalizer : Normalizer
{
    public static bool Removes(int codePoint) => codePoint switch
    {
        '\t' or '\n' or '\r' => false,
        0xFFFD => true,
        _ => UnicodeTables.Is(codePoint, CharacterClass.Control),
    };

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        var bytes = source.Bytes;
        for (var i = 0; i < bytes.Length;)
        {
            var from = source.AlignmentAt(i);
            var codePoint = Utf8.Next(bytes, ref i);
            if (!Removes(codePoint))
                target.Append(UnicodeTables.IsWhiteSpace(codePoint) ? ' ' : codePoint, from);
        }
    }
}
