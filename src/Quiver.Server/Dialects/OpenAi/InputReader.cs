using System.Text.Json;
using Quiver.Embedding;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>The inputs of a body. An empty one is an error, which may be its own or the request's: that is not known while it is read.</summary>
internal sealed class Inputs
{
    /// <summary>Those that can be embedded, in their order.</summary>
    public List<EmbeddingInput> Readable { get; } = [];

    /// <summary>The others, by their place among all; in order.</summary>
    public List<(int Index, OpenAiError Error)> Empty { get; } = [];
}

/// <summary>Reads the member "input" in its four shapes: one string per text and one array per token list, nothing else allocated.</summary>
internal static class InputReader
{
    private const int MaxInputs = 2048;

    /// <summary>Reads the value at hand, up to its last token.</summary>
    /// <exception cref="OpenAiException">It has none of the four shapes, or too many inputs.</exception>
    public static Inputs Read(ref Utf8JsonReader json)
    {
        var inputs = new Inputs();
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                ReadText(ref json, null, inputs);
                break;
            case JsonTokenType.StartArray:
                json.Read();
                ReadArray(ref json, inputs);
                break;
            default:
                throw BodyErrors.WrongType("input", "a string or an array", json.TokenType);
        }

        return inputs;
    }

    private static void ReadArray(ref Utf8JsonReader json, Inputs inputs)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.EndArray:
                throw new OpenAiException(BodyErrors.EmptyInput("the list is empty"));
            case JsonTokenType.Number:
                ReadTokens(ref json, null, inputs);
                break;
            case JsonTokenType.String or JsonTokenType.StartArray:
                ReadList(ref json, inputs);
                break;
            default:
                throw BodyErrors.WrongType("input[0]", "a string, an integer or an array of integers", json.TokenType);
        }
    }

    /// <summary>Reads a list whose first element is at hand: all strings, or all arrays of tokens.</summary>
    private static void ReadList(ref Utf8JsonReader json, Inputs inputs)
    {
        var kind = json.TokenType;
        var count = 0;
        for (; json.TokenType != JsonTokenType.EndArray; json.Read(), count++)
        {
            if (count >= MaxInputs)
            {
                json.Skip();
                continue;
            }

            if (json.TokenType != kind)
                throw BodyErrors.WrongType($"input[{count}]", kind == JsonTokenType.String ? "a string" : "an array of integers", json.TokenType);
            if (kind == JsonTokenType.String)
            {
                ReadText(ref json, count, inputs);
            }
            else
            {
                json.Read();
                ReadTokens(ref json, count, inputs);
            }
        }

        if (count > MaxInputs)
            throw BodyErrors.TooManyInputs(MaxInputs, count);
    }

    private static void ReadText(ref Utf8JsonReader json, int? index, Inputs inputs)
    {
        var text = json.Text();
        if (text.Length > 0)
            inputs.Readable.Add(new EmbeddingInput(text));
        else
            inputs.Empty.Add((index ?? 0, BodyErrors.EmptyInput(index is null ? "it is an empty string" : $"input {index} is an empty string")));
    }

    /// <summary>Reads token ids up to the end of their array; the first element, or the end, is at hand.</summary>
    private static void ReadTokens(ref Utf8JsonReader json, int? index, Inputs inputs)
    {
        var ids = new List<int>();
        for (; json.TokenType != JsonTokenType.EndArray; json.Read())
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt32(out var id))
                throw BodyErrors.WrongType(index is null ? $"input[{ids.Count}]" : $"input[{index}][{ids.Count}]", "a token id", json.TokenType);
            ids.Add(id);
        }

        if (ids.Count > 0)
            inputs.Readable.Add(new EmbeddingInput(null, [.. ids]));
        else
            inputs.Empty.Add((index ?? 0, BodyErrors.EmptyInput($"input {index} is an empty array")));
    }

    /// <summary>The string at hand. The reader reports an escaped lone surrogate by the wrong kind of exception.</summary>
    public static string Text(this ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw BodyErrors.NotJson($"the string that ends at byte {json.BytesConsumed} holds half of a surrogate pair");
        }
    }
}
