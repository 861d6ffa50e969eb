using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Normalizers;

/// <summary>
/// SentencePiece's rules applied as the reference applies them: to whole grapheme clusters of fewer than six bytes, and else to single
/// characters.
/// </summary>
internal sealed class PrecompiledNormalizer(Charsmap charsmap) : Normalizer
{
    private const int LongestCluster = 5;

    public override double Growth => Math.Max(1, charsmap.LongestReplacement);

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        var writer = new Writer(new TextRewriter(source, target));
        var bytes = source.Bytes;
        for (var i = 0; i < bytes.Length;)
        {
            var end = GraphemeClusters.End(bytes, i);
            if (end - i <= LongestCluster && charsmap.TryReplace(bytes[i..end], out var replacement))
            {
                writer.Replace(Utf8.CountCodePoints(bytes[i..end]), replacement);
                i = end;
                continue;
            }

            while (i < end)
            {
                var start = i;
                var codePoint = Utf8.Next(bytes, ref i);
                if (charsmap.TryReplace(bytes[start..i], out replacement))
                    writer.Replace(1, replacement);
                else
                    writer.Write(codePoint, 0);
            }
        }

        writer.Flush();
    }

    /// <summary>Holds one character back, because characters that vanish behind it count as part of it.</summary>
    private ref struct Writer(TextRewriter rewriter)
    {
        private TextRewriter _rewriter = rewriter;
        private int _held = -1;
        private int _change;

        public void Write(int codePoint, int change)
        {
            Flush();
            (_held, _change) = (codePoint, change);
        }

        public void Replace(int characters, ReadOnlySpan<byte> replacement)
        {
            // Characters that vanish at the very head are not counted at all, and all later offsets lag by them: so in the reference,
            // and so in published test data.
            if (replacement.IsEmpty && _held >= 0)
                _change -= characters;
            for (var i = 0; i < replacement.Length;)
            {
                var change = i == 0 ? 1 - characters : 1;
                Write(Utf8.Next(replacement, ref i), change);
            }
        }

        public void Flush()
        {
            if (_held >= 0)
                _rewriter.Write(_held, _change);
            _held = -1;
        }
    }
}
