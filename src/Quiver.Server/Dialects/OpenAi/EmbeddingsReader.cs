using System.Text.Json;
using System.Text.Unicode;
using Quiver.Embedding;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>A body of POST /v1/embeddings, understood.</summary>
internal sealed record EmbeddingsCall(EmbeddingRequest Request, bool Base64);

/// <summary>Reads the body of POST /v1/embeddings in one pass: one string per text and one array per token list, nothing else allocated.</summary>
/// <remarks>
/// Strict where a mistake would change the answer: duplicate members, ill-formed UTF-8, lone surrogates, mixed lists. Lenient where clients
/// differ: unknown members are skipped, and null counts as absent. NUL in a text is let through
/// (docs/decisions/0023-hand-written-body-reader.md).
/// </remarks>
internal ref struct EmbeddingsReader
{
    private const int MaxInputs = 2048;

    private Utf8JsonReader _json;
    private string? _model;
    private List<EmbeddingInput>? _inputs;
    private bool _base64;
    private int? _dimensions;
    private bool? _truncate;

    private EmbeddingsReader(ReadOnlySpan<byte> body) => _json = new Utf8JsonReader(body);

    /// <param name="body">The whole body.</param>
    /// <param name="autoTruncate">What holds when the body does not say "truncate".</param>
    /// <param name="defaultModel">The model asked for when the body does not say "model"; null where it has to.</param>
    /// <exception cref="OpenAiException">The body is not JSON, or not a request of this route.</exception>
    public static EmbeddingsCall Read(ReadOnlySpan<byte> body, bool autoTruncate, string? defaultModel)
    {
        if (!Utf8.IsValid(body))
            throw NotJson("it is not valid UTF-8");
        try
        {
            var reader = new EmbeddingsReader(body);
            reader.ReadBody();
            return reader.Call(autoTruncate, defaultModel);
        }
        catch (JsonException exception)
        {
            throw NotJson($"see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        }
    }

    private readonly EmbeddingsCall Call(bool autoTruncate, string? defaultModel)
    {
        var model = _model ?? defaultModel ?? throw Missing("model");
        var inputs = _inputs ?? throw Missing("input");
        return new EmbeddingsCall(new EmbeddingRequest(model, inputs) { Dimensions = _dimensions, LongInput = _truncate ?? autoTruncate ? LongInput.Truncate : LongInput.Refuse }, _base64);
    }

    private void ReadBody()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
            throw new OpenAiException(new OpenAiError(400, $"The body must be a JSON object, but is {Described(_json.TokenType)}.", null, "invalid_type"));

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text();
            if (!seen.Add(name))
                throw new OpenAiException(new OpenAiError(400, $"The body has the member '{Short(name)}' twice.", Short(name), "duplicate_parameter"));
            _json.Read();
            ReadMember(name);
        }

        _json.Read();
    }

    private void ReadMember(string name)
    {
        switch (name)
        {
            case "model" when !IsNull:
                _model = _json.TokenType == JsonTokenType.String ? Text() : throw WrongType(name, "a string");
                break;
            case "input" when !IsNull:
                _inputs = ReadInputs();
                break;
            case "encoding_format" when !IsNull:
                _base64 = ReadEncodingFormat();
                break;
            case "dimensions" when !IsNull:
                if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt32(out var dimensions))
                    throw WrongType(name, "an integer");
                _dimensions = dimensions;
                break;
            case "truncate" when !IsNull:
                _truncate = _json.TokenType is JsonTokenType.True or JsonTokenType.False ? _json.GetBoolean() : throw WrongType(name, "a boolean");
                break;
            default:
                _json.Skip();
                break;
        }
    }

    private bool ReadEncodingFormat()
    {
        if (_json.TokenType != JsonTokenType.String)
            throw WrongType("encoding_format", "a string");
        return Text() switch
        {
            "base64" => true,
            "float" => false,
            _ => throw new OpenAiException(new OpenAiError(400, "Invalid value for 'encoding_format'. Supported values are: 'float' and 'base64'.", "encoding_format", "invalid_value")),
        };
    }

    private List<EmbeddingInput> ReadInputs()
    {
        if (_json.TokenType == JsonTokenType.String)
            return [ReadText(null)];
        if (_json.TokenType != JsonTokenType.StartArray)
            throw WrongType("input", "a string or an array");

        _json.Read();
        return _json.TokenType switch
        {
            JsonTokenType.EndArray => throw EmptyInput("the list is empty"),
            JsonTokenType.Number => [ReadTokens(null)],
            JsonTokenType.String or JsonTokenType.StartArray => ReadList(_json.TokenType),
            _ => throw WrongType("input[0]", "a string, an integer or an array of integers"),
        };
    }

    /// <summary>Reads the rest of a list whose first element is at hand: all strings, or all arrays of tokens.</summary>
    private List<EmbeddingInput> ReadList(JsonTokenType kind)
    {
        var inputs = new List<EmbeddingInput>();
        var count = 0;
        for (; _json.TokenType != JsonTokenType.EndArray; _json.Read(), count++)
        {
            if (count >= MaxInputs)
            {
                _json.Skip();
                continue;
            }

            if (_json.TokenType != kind)
                throw WrongType($"input[{count}]", kind == JsonTokenType.String ? "a string" : "an array of integers");
            if (kind == JsonTokenType.String)
            {
                inputs.Add(ReadText(count));
            }
            else
            {
                _json.Read();
                inputs.Add(ReadTokens(count));
            }
        }

        if (count > MaxInputs)
        {
            throw new OpenAiException(new OpenAiError(
                400,
                $"Invalid 'input': array too long. Expected an array with maximum length {MaxInputs}, but got an array with length {count} instead.",
                "input",
                "array_above_max_length"));
        }

        return inputs;
    }

    private EmbeddingInput ReadText(int? index)
    {
        var text = Text();
        return text.Length > 0 ? new EmbeddingInput(text) : throw EmptyInput(index is null ? "it is an empty string" : $"input {index} is an empty string");
    }

    /// <summary>Reads token ids up to the end of their array; the first element, or the end, is at hand.</summary>
    private EmbeddingInput ReadTokens(int? index)
    {
        var ids = new List<int>();
        for (; _json.TokenType != JsonTokenType.EndArray; _json.Read())
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt32(out var id))
                throw WrongType(index is null ? $"input[{ids.Count}]" : $"input[{index}][{ids.Count}]", "a token id");
            ids.Add(id);
        }

        return ids.Count > 0 ? new EmbeddingInput(null, [.. ids]) : throw EmptyInput($"input {index} is an empty array");
    }

    private readonly bool IsNull => _json.TokenType == JsonTokenType.Null;

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

    private readonly OpenAiException WrongType(string member, string expected) => new(new OpenAiError(
        400, $"Invalid type for '{member}': expected {expected}, but got {Described(_json.TokenType)} instead.", member, "invalid_type"));

    /// <summary>As OpenAI words it, with what it leaves out: which input.</summary>
    private static OpenAiException EmptyInput(string which) => new(new OpenAiError(
        400, $"'$.input' is invalid: {which}. Please check the API reference: https://platform.openai.com/docs/api-reference."));

    private static OpenAiException Missing(string member) =>
        new(new OpenAiError(400, $"Missing required parameter: '{member}'.", member, "missing_required_parameter"));

    private static OpenAiException NotJson(string reason) =>
        new(new OpenAiError(400, $"We could not parse the JSON body of your request: {reason}."));

    private static string Short(string name) => name.Length <= 64 ? name : name[..(char.IsHighSurrogate(name[63]) ? 63 : 64)];

    private static string Described(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}
