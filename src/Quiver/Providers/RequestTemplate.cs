using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Quiver.Diagnostics;

namespace Quiver.Providers;

/// <summary>The body of a call to a provider, as JSON with places for texts.</summary>
/// <remarks>
/// Immutable. "{{text}}" and "$TEXT" stand for one text, anywhere inside a string, at any depth; a string that is "{{texts}}" stands for the list of all
/// texts of a call. Names of members stay as they are, and what a text holds is never looked at: places are found in the template's own tree.
/// </remarks>
internal sealed class RequestTemplate
{
    public const int MaxBytes = 16 * 1024;

    /// <summary>Places for one text: enough for providers that want it under several names, and few enough that a text is not sent a thousand times over.</summary>
    public const int MaxPlaces = 8;

    /// <summary>What the body of a call may take.</summary>
    public const int MaxBodyBytes = 8 * 1024 * 1024;

    private const string List = "{{texts}}";

    private static readonly string[] Single = ["{{text}}", "$TEXT"];

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonElement _root;

    private RequestTemplate(JsonElement root, bool takesLists) => (_root, TakesLists) = (root, takesLists);

    /// <summary>Whether one call takes many texts.</summary>
    public bool TakesLists { get; }

    /// <summary>The template itself, compact: what is stored and what makes the identity.</summary>
    public string Text => _root.GetRawText();

    /// <param name="json">An object.</param>
    /// <exception cref="FormatException">It is no template; the message says why.</exception>
    public static RequestTemplate Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return Of(document.RootElement);
        }
        catch (JsonException)
        {
            throw new FormatException("it is not JSON, or names a member twice");
        }
        catch (InvalidOperationException)
        {
            // What the reader says of a string that it cannot give.
            throw new FormatException("it holds half a surrogate pair");
        }
    }

    private static RequestTemplate Of(JsonElement template)
    {
        if (template.ValueKind != JsonValueKind.Object)
            throw new FormatException("it is an object");
        var compact = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(compact, Compact))
            template.WriteTo(writer);
        if (compact.WrittenCount > MaxBytes)
            throw new FormatException($"it has more than {MaxBytes} bytes");

        using var document = JsonDocument.Parse(compact.WrittenMemory);
        var root = document.RootElement.Clone();
        var strings = Strings(root).ToList();
        var (lists, singles) = (strings.Count(text => text == List), strings.Sum(Places));
        if (strings.Exists(text => text != List && text.Contains(List, StringComparison.Ordinal)))
            throw new FormatException($"{List} stands alone in its string: it becomes a list");
        if (lists > 0 == singles > 0)
            throw new FormatException(lists > 0 ? $"it takes one text or {List}, not both" : $"it has no place for the text: {Single[0]}, {Single[1]}, or {List} for a list");
        if (lists > 1 || singles > MaxPlaces)
            throw new FormatException($"it has at most {MaxPlaces} places for a text, or one for a list");
        return new RequestTemplate(root, lists > 0);
    }

    /// <summary>The body of a call.</summary>
    /// <param name="texts">One, unless <see cref="TakesLists"/>.</param>
    /// <exception cref="QuiverException"><see cref="ErrorKind.InvalidInput"/>: the body would take more than <see cref="MaxBodyBytes"/>.</exception>
    public ReadOnlyMemory<byte> Fill(IReadOnlyList<string> texts)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, Compact))
            Write(writer, _root, texts);
        return body.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, IReadOnlyList<string> texts)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, texts);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(writer, item, texts);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when element.ValueEquals(List):
                writer.WriteStartArray();
                foreach (var text in texts)
                    WriteText(writer, text);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                WriteText(writer, Filled(element.GetString()!, texts[0]));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string text)
    {
        writer.WriteStringValue(text);
        if (writer.BytesCommitted + writer.BytesPending > MaxBodyBytes)
            throw TooLong();
    }

    /// <summary>One pass over the template's string: a place inside the text is not one.</summary>
    private static string Filled(string template, string text)
    {
        var places = Places(template);
        if (places == 0)
            return template;
        if (template.Length + ((long)places * text.Length) > MaxBodyBytes)
            throw TooLong();
        var filled = new StringBuilder();
        var at = 0;
        while (NextPlace(template, at) is var (place, length) && place >= 0)
        {
            filled.Append(template, at, place - at).Append(text);
            at = place + length;
        }

        return filled.Append(template, at, template.Length - at).ToString();
    }

    private static QuiverException TooLong() =>
        new(ErrorKind.InvalidInput, $"The texts of one call to the configured provider take more than {MaxBodyBytes / (1024 * 1024)} MiB in its template.") { Parameter = "input" };

    private static int Places(string template)
    {
        var count = 0;
        for (var (start, length) = NextPlace(template, 0); start >= 0; (start, length) = NextPlace(template, start + length))
            count++;
        return count;
    }

    private static (int Start, int Length) NextPlace(string template, int from)
    {
        var nearest = (Start: -1, Length: 0);
        foreach (var place in Single)
        {
            var start = template.IndexOf(place, from, StringComparison.Ordinal);
            if (start >= 0 && (nearest.Start < 0 || start < nearest.Start))
                nearest = (start, place.Length);
        }

        return nearest;
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Strings(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };
}
