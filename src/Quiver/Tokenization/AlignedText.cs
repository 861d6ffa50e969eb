using System.Runtime.CompilerServices;
using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization;

/// <summary>Where a byte of changed text came from: code points [Start, End) of the text as the caller gave it.</summary>
internal readonly record struct Alignment(int Start, int End);

/// <summary>
/// Text as UTF-8 that remembers, when asked, which code points of the caller's text each byte stands for.
/// Not thread-safe; grows and is reused.
/// </summary>
internal sealed class AlignedText
{
    private byte[] _bytes = new byte[256];
    private Alignment[] _alignments = [];

    public int Length { get; private set; }

    /// <summary>Whether alignments are kept. Ids do not need them.</summary>
    public bool Tracks { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Bytes held, for deciding whether to keep the buffer.</summary>
    public long Capacity => _bytes.Length + (long)_alignments.Length * Unsafe.SizeOf<Alignment>();

    public void Clear(bool tracks)
    {
        Length = 0;
        Tracks = tracks;
        if (tracks && _alignments.Length < _bytes.Length)
            _alignments = new Alignment[_bytes.Length];
    }

    /// <summary>Takes the caller's text. A lone surrogate becomes U+FFFD: the text has to exist in UTF-8.</summary>
    public void Load(ReadOnlySpan<char> text, bool tracks)
    {
        Clear(tracks);
        Reserve(System.Text.Encoding.UTF8.GetMaxByteCount(text.Length));
        Length = System.Text.Encoding.UTF8.GetBytes(text, _bytes);
        if (!tracks)
            return;

        var codePoint = -1;
        for (var i = 0; i < Length; i++)
        {
            if ((_bytes[i] & 0xC0) != 0x80)
                codePoint++;
            _alignments[i] = new Alignment(codePoint, codePoint + 1);
        }
    }

    public void Append(ReadOnlySpan<byte> bytes, ReadOnlySpan<Alignment> alignments)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        if (Tracks)
            alignments.CopyTo(_alignments.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Appends bytes that all stand for the same source.</summary>
    public void Append(ReadOnlySpan<byte> bytes, Alignment alignment)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        if (Tracks)
            _alignments.AsSpan(Length, bytes.Length).Fill(alignment);
        Length += bytes.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(int codePoint, Alignment alignment)
    {
        Reserve(4);
        if (codePoint < 0x80 && !Tracks)
        {
            _bytes[Length++] = (byte)codePoint;
            return;
        }

        var width = Utf8.Write(codePoint, _bytes.AsSpan(Length));
        if (Tracks)
            _alignments.AsSpan(Length, width).Fill(alignment);
        Length += width;
    }

    public Alignment AlignmentAt(int index) => Tracks ? _alignments[index] : default;

    /// <summary>One entry a byte; empty when not tracking.</summary>
    public ReadOnlySpan<Alignment> AlignmentsOf(int start, int end) => Tracks ? _alignments.AsSpan(start, end - start) : default;

    /// <summary>Appends a part of another text, alignments included.</summary>
    public void Append(AlignedText source, int start, int end) =>
        Append(source._bytes.AsSpan(start, end - start), source.AlignmentsOf(start, end));

    private void Reserve(int more)
    {
        if (_bytes.Length - Length < more)
            Grow(more);
    }

    private void Grow(int more)
    {
        var size = Math.Max(checked(Length + more), (int)Math.Min(2L * _bytes.Length, Array.MaxLength));
        Array.Resize(ref _bytes, size);
        if (Tracks)
            Array.Resize(ref _alignments, size);
    }
}
