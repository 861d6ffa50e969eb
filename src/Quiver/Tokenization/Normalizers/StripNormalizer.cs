using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Normalizers;

/// <summary>Removes white space from the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        var bytes = source.Bytes;
        var start = 0;
        var end = bytes.Length;
        while (left && start < end)
        {
            var next = start;
            if (!UnicodeTables.IsWhiteSpace(Utf8.Next(bytes, ref next)))
                break;
            start = next;
        }

        while (right && end > start)
        {
            var previous = end;
            if (!UnicodeTables.IsWhiteSpace(Utf8.Previous(bytes, ref previous)))
                break;
            end = previous;
        }

        target.Append(source, start, end);
    }
}
