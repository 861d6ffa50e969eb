using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Replay;

/// <summary>
/// The exchanges with the Vector Embed Cache Server, in the form of the other recordings: what was cut short in a request is made whole again,
/// and what was in an answer is marked as they mark it.
/// </summary>
internal static class EmbedCacheRecording
{
    /// <summary>Shapes of secrets stay as they are written: "&lt;32 hex&gt;".</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Set-ups are called by their letter: A to F.</summary>
    public static IReadOnlyList<Exchange> Exchanges() =>
    [
        .. TestData.Cases("transcripts/embed-cache.jsonl").Select(line => new Exchange(
            line.GetProperty("setup").GetString()![..1],
            line.GetProperty("name").GetString()!,
            Whole(line.GetProperty("request")),
            Marked(JsonNode.Parse(line.GetProperty("response").GetRawText())!).Deserialize<JsonElement>())),
    ];

    private static JsonElement Whole(JsonElement recorded)
    {
        var request = JsonNode.Parse(recorded.GetRawText())!.AsObject();
        if (request["body"] is { } body)
        {
            // This service's client wrote no blanks between the parts of its JSON.
            request.Remove("body");
            request["raw"] = Expanded(body.DeepClone())!.ToJsonString(Plain);
        }

        if (request["raw_length"]?.GetValue<int>() is { } length)
            request["raw"] = Filled(request["raw"]!.GetValue<string>(), length);
        // Bytes that are no UTF-8 were kept as replacement characters.
        if (request["raw"]?.GetValue<string>() is { } raw && raw.Contains('\uFFFD', StringComparison.Ordinal))
        {
            request.Remove("raw");
            request["raw_base64"] = Convert.ToBase64String(System.Text.Encoding.Latin1.GetBytes(raw.Replace('\uFFFD', '\u00FF')));
        }

        return JsonDocument.Parse(request.ToJsonString(Plain)).RootElement;
    }

    /// <summary>A text of so many characters where its first ones were kept; a list of so many items where its first three were.</summary>
    private static JsonNode? Expanded(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject { Count: 2 } text when text["_text"] is { } start && text["_length"] is { } count:
                return string.Concat(Enumerable.Repeat(FirstCharacter(start.GetValue<string>()), count.GetValue<int>()));
            case JsonObject { Count: 2 } list when list["_items"] is JsonArray first && list["_count"] is { } count:
                return new JsonArray([.. Enumerable.Range(0, count.GetValue<int>()).Select(i => Item(first, i))]);
            case JsonObject members:
                if (members["query_vector"] is JsonArray vector && members["query_vector_length"]?.GetValue<int>() is { } width)
                {
                    members.Remove("query_vector_length");
                    while (vector.Count < width)
                        vector.Add(0.0);
                }

                foreach (var (name, value) in members.ToList())
                    members[name] = Expanded(value?.DeepClone());
                return members;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Expanded(item?.DeepClone()))]);
            default:
                return node;
        }
    }

    /// <summary>The items were "item 0", "item 1" …, or all alike.</summary>
    private static JsonNode? Item(JsonArray first, int index) =>
        first[0] is JsonValue value && value.GetValue<string>() is ['i', .., '0'] counted ? counted[..^1] + index.ToString(CultureInfo.InvariantCulture) : Expanded(first[0]!.DeepClone());

    private static string FirstCharacter(string text) => char.ConvertFromUtf32(char.ConvertToUtf32(text, 0));

    /// <summary>A body of so many bytes, of which the beginning was kept: letters up to the end of its JSON, where it is some.</summary>
    private static string Filled(string start, int length)
    {
        var kept = start[..^1];
        return kept[0] == '{' ? kept.PadRight(length - 2, kept[^1]) + "\"}" : kept.PadRight(length, kept[^1]);
    }

    private static JsonNode Marked(JsonNode node)
    {
        switch (node)
        {
            case JsonObject { Count: 2 } vector when vector["_vector"] is { } first:
                return new JsonObject { ["_first"] = first.DeepClone(), ["_length"] = vector["_length"]!.DeepClone() };
            case JsonObject answer:
                if (answer["_length"] is { } length && answer["embedding"] is { } embedding)
                {
                    answer.Remove("_length");
                    answer["embedding"] = new JsonObject { ["_first"] = embedding.DeepClone(), ["_length"] = length.DeepClone() };
                }

                foreach (var (name, value) in answer.ToList())
                {
                    if (value is not null && name != "embedding")
                        answer[name] = Marked(value.DeepClone());
                }

                return answer;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => item is null ? null : Marked(item.DeepClone()))]);
            default:
                return node;
        }
    }
}
