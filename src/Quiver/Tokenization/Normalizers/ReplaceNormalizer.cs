using Quiver.Tokenization.Patterns;

namespace Quiver.Tokenization.Normalizers;

/// <summary>Replaces every match of a pattern. The replacement stands for the last character it replaces, as in the reference.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, byte[] content) : Normalizer
{
    public override double Growth => Math.Max(1, (double)content.Length / pattern.ShortestMatch);

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        var copied = 0;
        while (pattern.Find(source.Bytes, copied, out var start, out var end))
        {
            target.Append(source, copied, start);
            target.Append(content, source.AlignmentAt(end - 1));
            copied = end;
        }

        target.Append(source, copied, source.Length);
    }
}
