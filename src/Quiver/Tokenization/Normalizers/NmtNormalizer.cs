using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Normalizers;

/// <summary>SentencePiece's nmt rules: control characters go; line ends, zero-width characters and the like become spaces.</summary>
internal sealed class NmtNormalizer : Normalizer
{
    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        var bytes = source.Bytes;
        for (var i = 0; i < bytes.Length;)
        {
            var from = source.AlignmentAt(i);
            var codePoint = Utf8.Next(bytes, ref i);
            if (!IsRemoved(codePoint))
                target.Append(IsSpace(codePoint) ? ' ' : codePoint, from);
        }
    }

    private static bool IsRemoved(int codePoint) => codePoint
        is >= 0x01 and <= 0x08 or 0x0B or >= 0x0E and <= 0x1F or 0x7F or 0x8F or 0x9F;

    private static bool IsSpace(int codePoint) => codePoint
        is 0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or >= 0x200B and <= 0x200F or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD;
}
