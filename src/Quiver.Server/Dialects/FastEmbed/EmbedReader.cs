using System.Text.Json;
using System.Text.Unicode;

namespace Quiver.Server.Dialects.FastEmbed;

/// <summary>A body of POST /v1/embed, understood.</summary>
/// <param name="Normalize">Absent means true: FastEmbed's vectors always had unit length.</param>
internal readonly record struct EmbedCall(string Text, bool Normalize);

/// <summary>Reads the body of POST /v1/embed, as leniently and as strictly as the service did (serde in Rust).</summary>
/// <remarks>
/// Unknown members are skipped, the members may come as an array in their order, and what follows the JSON value is not looked at; but null
/// is no value, and a member given twice is an error. Bytes that are not JSON are 400, JSON of the wrong shape is 422.
/// </remarks>
internal ref struct EmbedReader
{
    private Utf8JsonReader _json;
    private string? _text;
    private bool? _normalize;

    private EmbedReader(ReadOnlySpan<byte> body) => _json = new Utf8JsonReader(body);

    /// <exception cref="FastEmbedException">The body is not JSON, or not a request of this route.</exception>
    public static EmbedCall Read(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
            throw NotJson("it is not valid UTF-8");
        try
        {
            var reader = new EmbedReader(body);
            reader.ReadBody();
            return new EmbedCall(reader._text ?? throw WrongShape("missing field `text`"), reader._normalize ?? true);
        }
        catch (JsonException exception)
        {
            throw NotJson($"see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        }
    }

    private void ReadBody()
    {
        _json.Read();
        switch (_json.TokenType)
        {
            case JsonTokenType.StartObject:
                ReadMembers();
                break;
            case JsonTokenType.StartArray:
                ReadInOrder();
                break;
            default:
                throw WrongType("the body", "an object");
        }
    }

    private void ReadMembers()
    {
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text();
            _json.Read();
            switch (name)
            {
                case "text":
                    _text = _text is null ? ReadText() : throw WrongShape("duplicate field `text`");
                    break;
                case "normalize":
                    _normalize = _normalize is null ? ReadNormalize() : throw WrongShape("duplicate field `normalize`");
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }
    }

    private void ReadInOrder()
    {
        if (!NextElement())
            return;
        _text = ReadText();
        if (!NextElement())
            return;
        _normalize = ReadNormalize();
        if (NextElement())
            throw WrongShape("the array has more than `text` and `normalize`");
    }

    private bool NextElement() => _json.Read() && _json.TokenType != JsonTokenType.EndArray;

    private string ReadText() => _json.TokenType == JsonTokenType.String ? Text() : throw WrongType("text", "a string");

    private readonly bool ReadNormalize() =>
        _json.TokenType is JsonTokenType.True or JsonTokenType.False ? _json.GetBoolean() : throw WrongType("normalize", "a boolean");

    /// <summary>The string at hand. The reader reports an escaped lone surrogate by the wrong kind of exception.</summary>
    private string Text()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw NotJson($"the string that ends at byte {_json.BytesConsumed} holds half of a surrogate pair");
        }
    }

    private readonly FastEmbedException WrongType(string what, string expected) => WrongShape($"{what}: invalid type: {Described(_json.TokenType)}, expected {expected}");

    private static FastEmbedException WrongShape(string reason) =>
        new(FastEmbedError.InvalidRequest(422, $"Failed to deserialize the JSON body into the target type: {reason}"));

    private static FastEmbedException NotJson(string reason) => new(FastEmbedError.InvalidRequest(400, $"Failed to parse the request body as JSON: {reason}"));

    private static string Described(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "map",
        JsonTokenType.StartArray => "sequence",
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        JsonTokenType.True or JsonTokenType.False => "boolean",
        _ => "null",
    };
}
