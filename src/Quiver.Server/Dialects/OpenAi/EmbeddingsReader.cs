using System.Text.Json;
using System.Text.Unicode;
using Quiver.Embedding;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>Reads the body of POST /v1/embeddings in one pass.</summary>
/// <remarks>
/// Strict where a mistake would change the answer: duplicate members, ill-formed UTF-8, lone surrogates, mixed lists. Lenient where clients
/// differ: unknown members are skipped, and null counts as absent. NUL in a text is let through
/// (docs/decisions/0023-hand-written-body-reader.md).
/// </remarks>
internal ref struct EmbeddingsReader
{
    private Utf8JsonReader _json;
    private string? _model;
    private Inputs? _inputs;
    private bool _base64;
    private int? _dimensions;
    private ElementType _elementType;
    private bool? _truncate;
    private LongInput? _longInput;
    private bool _errorsPerInput;
    private string? _promptName;
    private string? _inputType;

    private EmbeddingsReader(ReadOnlySpan<byte> body) => _json = new Utf8JsonReader(body);

    /// <param name="body">The whole body.</param>
    /// <param name="autoTruncate">What holds when the body does not say "truncate".</param>
    /// <param name="defaultModel">The model asked for when the body does not say "model"; null where it has to.</param>
    /// <exception cref="OpenAiException">The body is not JSON, or not a request of this route.</exception>
    public static EmbeddingsCall Read(ReadOnlySpan<byte> body, bool autoTruncate, string? defaultModel)
    {
        if (!Utf8.IsValid(body))
            throw BodyErrors.NotJson("it is not valid UTF-8");
        try
        {
            var reader = new EmbeddingsReader(body);
            reader.ReadBody();
            return reader.Call(autoTruncate, defaultModel);
        }
        catch (JsonException exception)
        {
            throw BodyErrors.NotJson($"see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        }
    }

    private readonly EmbeddingsCall Call(bool autoTruncate, string? defaultModel)
    {
        var model = _model ?? defaultModel ?? throw BodyErrors.Missing("model");
        var inputs = _inputs ?? throw BodyErrors.Missing("input");
        if (inputs.Empty is [var (_, error), ..] && !_errorsPerInput)
            throw new OpenAiException(error);

        if (_truncate is not null && _longInput is not null)
            throw BodyErrors.WrongValue("long_input", "Give it or 'truncate', not both.");

        var request = new EmbeddingRequest(model, inputs.Readable)
        {
            Dimensions = _dimensions,
            ElementType = _elementType,
            LongInput = _longInput ?? (_truncate ?? autoTruncate ? LongInput.Truncate : LongInput.Refuse),
            ErrorsPerInput = _errorsPerInput,
        };
        return new EmbeddingsCall(request, _base64) { Empty = inputs.Empty, PromptName = _promptName, InputType = _inputType };
    }

    private void ReadBody()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
            throw BodyErrors.NoObject(_json.TokenType);

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var name = _json.Text();
            if (!seen.Add(name))
                throw BodyErrors.Twice(name);
            _json.Read();
            if (_json.TokenType != JsonTokenType.Null)
                ReadMember(name);
        }

        _json.Read();
    }

    private void ReadMember(string name)
    {
        switch (name)
        {
            case "model":
                _model = ReadString(name);
                break;
            case "input":
                _inputs = InputReader.Read(ref _json);
                break;
            case "encoding_format":
                _base64 = ReadChoice(name, ("float", false), ("base64", true));
                break;
            case "dimensions":
                if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt32(out var dimensions))
                    throw BodyErrors.WrongType(name, "an integer", _json.TokenType);
                _dimensions = dimensions;
                break;
            case "output_dtype":
                _elementType = ReadChoice(
                    name, ("float", ElementType.Float), ("int8", ElementType.Int8), ("uint8", ElementType.UInt8), ("binary", ElementType.Binary), ("ubinary", ElementType.UBinary));
                break;
            case "truncate":
                _truncate = _json.TokenType is JsonTokenType.True or JsonTokenType.False ? _json.GetBoolean() : throw BodyErrors.WrongType(name, "a boolean", _json.TokenType);
                break;
            case "long_input":
                _longInput = ReadChoice(name, ("error", LongInput.Refuse), ("truncate", LongInput.Truncate), ("mean", LongInput.Mean));
                break;
            case "error_policy":
                _errorsPerInput = ReadChoice(name, ("per_request", false), ("per_item", true));
                break;
            case "prompt_name":
                _promptName = ReadString(name);
                break;
            case "input_type":
                _inputType = ReadString(name);
                break;
            default:
                _json.Skip();
                break;
        }
    }

    private string ReadString(string member) => _json.TokenType == JsonTokenType.String ? _json.Text() : throw BodyErrors.WrongType(member, "a string", _json.TokenType);

    private T ReadChoice<T>(string member, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        var name = ReadString(member);
        var names = new List<string>();
        foreach (var choice in choices)
        {
            if (choice.Name == name)
                return choice.Value;
            names.Add($"'{choice.Name}'");
        }

        throw BodyErrors.WrongValue(member, $"Supported values are: {string.Join(", ", names.SkipLast(1))} and {names[^1]}.");
    }
}
