using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Normalizers;

/// <summary>BERT's handle_chinese_chars: a space on both sides of every CJK ideograph, so that each is a word.</summary>
internal sealed class SpaceIdeographsNormalizer : Normalizer
{
    public override double Growth => 5.0 / 3;

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        var bytes = source.Bytes;
        for (var i = 0; i < bytes.Length;)
        {
            var start = i;
            var from = source.AlignmentAt(i);
            var ideograph = IsIdeograph(Utf8.Next(bytes, ref i));
            if (ideograph)
                target.Append(' ', from);
            target.Append(source, start, i);
            if (ideograph)
                target.Append(' ', from);
        }
    }

    // BERT's own list: the unified ideographs of its time and the compatibility ideographs, not the later extensions.
    private static bool IsIdeograph(int codePoint) => codePoint
        is >= 0x4E00 and <= 0x9FFF
        or >= 0x3400 and <= 0x4DBF
        or >= 0x20000 and <= 0x2A6DF
        or >= 0x2A700 and <= 0x2B73F
        or >= 0x2B740 and <= 0x2B81F
        or >= 0x2B920 and <= 0x2CEAF
        or >= 0xF900 and <= 0xFAFF
        or >= 0x2F800 and <= 0x2FA1F;
}
