using System.Buffers;
using System.Runtime.InteropServices;

namespace Quiver.Tokenization.Unicode;

internal enum NormalizationForm { Nfd, Nfkd, Nfc, Nfkc }

/// <summary>A character of a combining class other than 0, and its change count.</summary>
internal readonly record struct CombiningMark(int CodePoint, int Change, byte Class);

/// <summary>
/// Unicode normalization forms (UAX 15), Unicode 9.0. Characters carry the change count that <see cref="TextRewriter"/> asks for through
/// reordering and composition.
/// </summary>
internal static class Normalization
{
    /// <summary>Code points below this are their own form in all four, and never combine with what stands before them.</summary>
    private const int FirstNormalizable = 0xA0;

    public static void Apply(NormalizationForm form, AlignedText source, AlignedText target, List<CombiningMark> marks)
    {
        marks.Clear();
        var writer = new Writer(new TextRewriter(source, target), marks, form is NormalizationForm.Nfc or NormalizationForm.Nfkc);
        var compatible = form is NormalizationForm.Nfkd or NormalizationForm.Nfkc;
        var bytes = source.Bytes;
        Span<int> jamo = stackalloc int[3];
        for (var i = 0; i < bytes.Length;)
        {
            // The last of a run of ASCII may still combine with a mark behind it; all before it are final.
            var run = bytes[i..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
            if (run < 0)
                run = bytes.Length - i;
            if (run > 1)
            {
                writer.CopyAscii(i, i + run - 1);
                i += run - 1;
            }

            var codePoint = Utf8.Next(bytes, ref i);
            if (codePoint < FirstNormalizable)
            {
                writer.Add(codePoint, 0, 0);
                continue;
            }

            if (HangulSyllables.IsSyllable(codePoint))
            {
                var count = HangulSyllables.Decompose(codePoint, jamo);
                for (var j = 0; j < count; j++)
                    writer.Add(jamo[j], j == 0 ? 0 : 1, 0);
                continue;
            }

            var parts = UnicodeTables.Decomposition(codePoint, compatible);
            if (parts.IsEmpty)
                writer.Add(codePoint, 0, (byte)UnicodeTables.CombiningClass(codePoint));
            for (var j = 0; j < parts.Length; j++)
                writer.Add(parts[j], j == 0 ? 0 : 1, (byte)UnicodeTables.CombiningClass(parts[j]));
        }

        writer.Finish();
    }

    /// <summary>Holds one starter and its marks until the next starter, then orders, composes and writes them.</summary>
    private ref struct Writer(TextRewriter rewriter, List<CombiningMark> marks, bool composes)
    {
        private TextRewriter _rewriter = rewriter;
        private readonly List<CombiningMark> _marks = marks;
        private int _starter = -1;
        private int _starterChange;

        public void Add(int codePoint, int change, byte combiningClass)
        {
            if (combiningClass != 0)
            {
                _marks.Add(new CombiningMark(codePoint, change, combiningClass));
                return;
            }

            // A starter may compose with the starter right before it (Hangul, and some Indic vowels), if no mark is left between them.
            Flush();
            if (composes && _marks.Count == 0 && _starter >= 0 && Compose(_starter, codePoint) is >= 0 and var composite)
            {
                _starter = composite;
                _starterChange += change - 1;
                return;
            }

            WriteHeld();
            _starter = codePoint;
            _starterChange = change;
        }

        public void CopyAscii(int start, int end)
        {
            Finish();
            _rewriter.Copy(start, end);
        }

        public void Finish()
        {
            Flush();
            WriteHeld();
        }

        /// <summary>Orders the marks held and composes the starter with those it can reach.</summary>
        private void Flush()
        {
            if (_marks.Count == 0)
                return;
            SortByClass();
            if (!composes || _starter < 0)
                return;

            var kept = 0;
            var lastClass = 0;
            for (var i = 0; i < _marks.Count; i++)
            {
                var mark = _marks[i];
                var blocked = lastClass >= mark.Class;
                if (!blocked && Compose(_starter, mark.CodePoint) is >= 0 and var composite)
                {
                    _starter = composite;
                    _starterChange += mark.Change - 1;
                    continue;
                }

                lastClass = mark.Class;
                _marks[kept++] = mark;
            }

            _marks.RemoveRange(kept, _marks.Count - kept);
        }

        private void WriteHeld()
        {
            if (_starter >= 0)
                _rewriter.Write(_starter, _starterChange);
            foreach (var mark in _marks)
                _rewriter.Write(mark.CodePoint, mark.Change);
            _starter = -1;
            _marks.Clear();
        }

        /// <summary>Stable, and linear for any number of marks: a text may be nothing but marks.</summary>
        private readonly void SortByClass()
        {
            var sorted = true;
            for (var i = 1; i < _marks.Count && sorted; i++)
                sorted = _marks[i - 1].Class <= _marks[i].Class;
            if (sorted)
                return;

            Span<int> next = stackalloc int[257];
            foreach (var mark in _marks)
                next[mark.Class + 1]++;
            for (var i = 1; i < next.Length; i++)
                next[i] += next[i - 1];
            var rented = ArrayPool<CombiningMark>.Shared.Rent(_marks.Count);
            foreach (var mark in _marks)
                rented[next[mark.Class]++] = mark;
            rented.AsSpan(0, _marks.Count).CopyTo(CollectionsMarshal.AsSpan(_marks));
            ArrayPool<CombiningMark>.Shared.Return(rented);
        }

        private static int Compose(int first, int second)
        {
            var syllable = HangulSyllables.Compose(first, second);
            return syllable >= 0 ? syllable : UnicodeTables.Compose(first, second);
        }
    }
}
