using System.Buffers;
using System.Text;
using Quiver.Tokenization.Normalizers;
using Quiver.Tokenization.Patterns;
using Quiver.Tokenization.PreTokenizers;
using Quiver.Tokenization.Subwords;
using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization;

/// <summary>
/// BERT's normalizer and pre-tokenizer in one pass for ids alone: ASCII goes through a table straight into words. A stretch between
/// spaces that is not all ASCII takes the general steps; a space is a starter in every normalization form, so stretches are independent.
/// </summary>
internal sealed class BertWordScanner
{
    private const byte Space = 0x20;
    private const byte Removed = 0;

    private readonly BertNormalizer _normalizer;
    private readonly SubwordModel _model;

    // What each byte of ASCII becomes: itself or its lower case, Space, or Removed.
    private readonly byte[] _becomes = new byte[128];

    private BertWordScanner(BertNormalizer normalizer, SubwordModel model)
    {
        _normalizer = normalizer;
        _model = model;
        for (var b = 0; b < 128; b++)
        {
            _becomes[b] = normalizer.CleansText && CleanTextNormalizer.Removes(b) ? Removed
                : UnicodeTables.IsWhiteSpace(b) ? Space
                : normalizer.Lowercases && b is >= 'A' and <= 'Z' ? (byte)(b | 0x20)
                : (byte)b;
        }
    }

    /// <summary>A scanner where these steps are BERT's and no added token hides in normalized text; else null.</summary>
    public static BertWordScanner? TryCreate(Normalizer? normalizer, PreTokenizer? preTokenizer, AddedTokens added, SubwordModel model) =>
        normalizer is BertNormalizer { CleansText: true } bert && preTokenizer is BertPreTokenizer && added.InNormalizedText.IsEmpty
            ? new BertWordScanner(bert, model)
            : null;

    public void Tokenize(ReadOnlySpan<byte> text, ScratchTexts scratch, SubwordOutput output)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(text.Length, 1));
        var word = rented.AsSpan();
        var length = 0;
        var stretch = 0;
        var stretchCount = output.Count;
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (b >= 0x80)
            {
                // What this stretch gave so far was premature: its characters may compose, split or vanish.
                output.CutTo(stretchCount);
                i = EndOfStretch(text, i);
                TokenizeStretch(text[stretch..i], scratch, output);
                (stretch, stretchCount, length) = (i, output.Count, 0);
                i--;
                continue;
            }

            var becomes = _becomes[b];
            if (becomes > Space && !IsPunctuation(becomes))
            {
                word[length++] = becomes;
                continue;
            }

            if (becomes == Removed)
                continue;
            if (length > 0)
                _model.Tokenize(word[..length], output);
            length = 0;
            if (becomes == Space)
                (stretch, stretchCount) = (i + 1, output.Count);
            else
                _model.Tokenize([becomes], output);
        }

        if (length > 0)
            _model.Tokenize(word[..length], output);
        ArrayPool<byte>.Shared.Return(rented);
    }

    private static bool IsPunctuation(byte b) => Ascii.IsValid(b) && KnownPatterns.IsAsciiPunctuation(b);

    private int EndOfStretch(ReadOnlySpan<byte> text, int i)
    {
        while (i < text.Length && (text[i] >= 0x80 || _becomes[text[i]] != Space))
            i++;
        return i;
    }

    private void TokenizeStretch(ReadOnlySpan<byte> stretch, ScratchTexts scratch, SubwordOutput output)
    {
        var source = scratch.Rent(tracks: false);
        source.Append(stretch, default(ReadOnlySpan<Alignment>));
        var normalized = scratch.Rent(tracks: false);
        _normalizer.Apply(source, normalized, scratch);
        var bytes = normalized.Bytes;
        var word = 0;
        for (var i = 0; i < bytes.Length;)
        {
            var start = i;
            var codePoint = Utf8.Next(bytes, ref i);
            var isSpace = UnicodeTables.IsWhiteSpace(codePoint);
            if (!isSpace && !BertPreTokenizer.IsPunctuation(codePoint))
                continue;
            if (start > word)
                _model.Tokenize(bytes[word..start], output);
            if (!isSpace)
                _model.Tokenize(bytes[start..i], output);
            word = i;
        }

        if (word < bytes.Length)
            _model.Tokenize(bytes[word..], output);
        scratch.Return(normalized);
        scratch.Return(source);
    }
}
