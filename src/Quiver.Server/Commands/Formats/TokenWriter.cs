using System.Text.Encodings.Web;
using System.Text.Json;
using Quiver.Tokenization;

namespace Quiver.Server.Commands.Formats;

/// <summary>Writes tokenized texts: ids separated by blanks, or a JSON object, one line per text.</summary>
internal sealed class TokenWriter(Stream stream) : IDisposable
{
    private readonly TextRow _row = new();
    private readonly Utf8JsonWriter _json = new(
        stream,
        new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public void WriteIds(ReadOnlySpan<int> ids)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            if (i > 0) _row.Append(" "u8);
            _row.Append(ids[i]);
        }

        _row.Append("\n"u8);
        _row.WriteTo(stream);
    }

    public void WriteObject(TokenizedText text)
    {
        _json.Reset();
        _json.WriteStartObject();
        WriteNumbers("ids", text.Ids);
        _json.WriteStartArray("tokens");
        foreach (var token in text.Tokens) _json.WriteStringValue(token);
        _json.WriteEndArray();
        _json.WriteStartArray("offsets");
        foreach (var (start, end) in text.Offsets)
        {
            _json.WriteStartArray();
            _json.WriteNumberValue(start);
            _json.WriteNumberValue(end);
            _json.WriteEndArray();
        }

        _json.WriteEndArray();
        WriteNumbers("type_ids", text.TypeIds);
        _json.WriteEndObject();
        _json.Flush();
        stream.WriteByte((byte)'\n');
    }

    public void Dispose() => _json.Dispose();

    private void WriteNumbers(string name, IReadOnlyList<int> numbers)
    {
        _json.WriteStartArray(name);
        foreach (var number in numbers) _json.WriteNumberValue(number);
        _json.WriteEndArray();
    }
}
