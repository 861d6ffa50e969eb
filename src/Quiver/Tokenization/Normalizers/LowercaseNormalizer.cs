using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Normalizers;

/// <summary>Each character's lower-case form, without regard to its neighbours (no final sigma) or to any language.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    private const int CapitalIWithDot = 0x130;

    public override double Growth => 1.5;

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        var bytes = source.Bytes;
        for (var i = 0; i < bytes.Length;)
        {
            var from = source.AlignmentAt(i);
            var codePoint = Utf8.Next(bytes, ref i);
            if (codePoint < 0x80)
            {
                target.Append(codePoint is >= 'A' and <= 'Z' ? codePoint | 0x20 : codePoint, from);
            }
            else if (codePoint == CapitalIWithDot)
            {
                target.Append('i', from);
                target.Append(0x307, from);
            }
            else
            {
                target.Append(UnicodeTables.ToLower(codePoint), from);
            }
        }
    }
}
