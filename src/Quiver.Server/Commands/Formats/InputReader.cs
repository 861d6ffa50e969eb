using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Quiver.Server.Commands.Formats;

/// <summary>Reads the texts of a file or of standard input, one at a time.</summary>
internal sealed class InputReader : IDisposable
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Utf8LineReader _lines;
    private readonly InputFormat _format;
    private readonly bool _textOnly;
    private readonly string _source;

    /// <param name="textOnly">Whether all members of an object but "text" are somebody else's and are not looked at.</param>
    public InputReader(Stream stream, string source, InputFormat format, bool textOnly)
    {
        Length = stream.CanSeek ? stream.Length : null;
        _lines = new Utf8LineReader(stream, source);
        _format = format;
        _textOnly = textOnly;
        _source = source;
    }

    /// <summary>Bytes of the whole input, or null where that is not known beforehand.</summary>
    public long? Length { get; }

    /// <summary>Bytes read, up to the end of the last record.</summary>
    public long Position => _lines.Position;

    /// <param name="path">A file, or "-" for standard input.</param>
    public static InputReader Open(string path, InputFormat format, bool textOnly) =>
        path == "-"
            ? new InputReader(StandardStreams.OpenInput(), "standard input", format, textOnly)
            : new InputReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0), path, format, textOnly);

    /// <exception cref="InputException">A line is not valid UTF-8, not valid JSON, or has no text.</exception>
    public async IAsyncEnumerable<InputRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var index = 0L;
        while (await _lines.ReadAsync(cancellationToken))
        {
            if (_format == InputFormat.Lines)
                yield return new InputRecord(index++, _lines.LineNumber, Decode(_lines.Line.Span));
            else if (!IsBlank(_lines.Line.Span))
                yield return Parse(_lines.Line.Span, index++);
        }
    }

    public void Dispose() => _lines.Dispose();

    /// <summary>An error about the record, in the words the reader's own errors have.</summary>
    public InputException Refuse(InputRecord record, string problem) => new(_source, record.Line, problem);

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(" \t"u8).IsEmpty;

    private string Decode(ReadOnlySpan<byte> line)
    {
        try
        {
            return StrictUtf8.GetString(line);
        }
        catch (DecoderFallbackException exception)
        {
            throw Refuse($"not valid UTF-8 at byte {exception.Index + 1}");
        }
    }

    private InputRecord Parse(ReadOnlySpan<byte> line, long index)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return ParseObject(ref reader, index);
        }
        catch (JsonException exception)
        {
            // The library's own message quotes the text; a position says as much.
            throw Refuse($"not valid JSON at byte {(exception.BytePositionInLine ?? 0) + 1}");
        }
        catch (InvalidOperationException)
        {
            throw Refuse("a string holds half a surrogate pair or is not valid UTF-8");
        }
    }

    private InputRecord ParseObject(ref Utf8JsonReader reader, long index)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Refuse("a JSON object with a member \"text\" is expected");

        string? text = null, pair = null, strategy = null;
        int? maxLength = null;
        bool? addSpecialTokens = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("text"u8)) Set(ref text, ReadString(ref reader, "text"), "text");
            else if (_textOnly) reader.Skip();
            else if (reader.ValueTextEquals("pair"u8)) Set(ref pair, ReadStringOrNull(ref reader, "pair"), "pair");
            else if (reader.ValueTextEquals("strategy"u8)) Set(ref strategy, ReadStringOrNull(ref reader, "strategy"), "strategy");
            else if (reader.ValueTextEquals("max_length"u8)) Set(ref maxLength, ReadCount(ref reader, "max_length"), "max_length");
            else if (reader.ValueTextEquals("add_special_tokens"u8))
                Set(ref addSpecialTokens, ReadBoolean(ref reader, "add_special_tokens"), "add_special_tokens");
            else reader.Skip();
        }

        reader.Read(); // Anything after the object is an error of the JSON reader's.
        return new InputRecord(index, _lines.LineNumber, text ?? throw Refuse("no member \"text\""))
        {
            Pair = pair,
            MaxLength = maxLength,
            Strategy = strategy,
            AddSpecialTokens = addSpecialTokens ?? true,
        };
    }

    private void Set<T>(ref T? member, T? value, string name)
    {
        if (member is not null) throw Refuse($"\"{name}\" appears twice");
        member = value;
    }

    private string ReadString(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Refuse($"\"{name}\" is not a string");
    }

    private string? ReadStringOrNull(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Null => null,
            _ => throw Refuse($"\"{name}\" is not a string"),
        };
    }

    private int? ReadCount(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var count) && count >= 0
            ? count
            : throw Refuse($"\"{name}\" is not a whole number of 0 or more");
    }

    private bool? ReadBoolean(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Null => null,
            _ => throw Refuse($"\"{name}\" is not true or false"),
        };
    }

    private InputException Refuse(string problem) => new(_source, _lines.LineNumber, problem);
}
