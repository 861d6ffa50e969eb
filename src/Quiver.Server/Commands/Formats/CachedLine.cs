using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Quiver.Caching;
using Quiver.Server.Hosting;

namespace Quiver.Server.Commands.Formats;

/// <summary>
/// A cached vector as a line of JSON: <c>{"tenant":"","model":"…","identity":"64 hex","key":"64 hex","tokens":5,"full_tokens":5,"created_at":ms,"text":…,"vector":"base64 float32"}</c>.
/// </summary>
internal static class CachedLine
{
    private const int DigestBytes = 32;

    public static void Write(Stream stream, in StoredEntry stored)
    {
        var entry = stored.Entry;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonAnswer.Plain))
        {
            json.WriteStartObject();
            json.WriteString("tenant"u8, entry.Line.Tenant);
            json.WriteString("model"u8, entry.Line.Model);
            json.WriteString("identity"u8, Convert.ToHexStringLower(entry.Line.Identity.Span));
            json.WriteString("key"u8, Convert.ToHexStringLower(entry.Key.ToArray()));
            json.WriteNumber("tokens"u8, entry.Tokens);
            json.WriteNumber("full_tokens"u8, entry.FullTokens);
            json.WriteNumber("created_at"u8, entry.CreatedAt);
            json.WriteString("text"u8, stored.Text);
            json.WriteBase64String("vector"u8, MemoryMarshal.AsBytes(entry.BaseVector));
            json.WriteEndObject();
        }

        stream.Write(buffer.WrittenSpan);
        stream.WriteByte((byte)'\n');
    }

    /// <exception cref="InputException">The line is none, or what it holds cannot be: its key is not that of its text, an element is not finite.</exception>
    public static StoredEntry Read(string text, string source, long number)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement) is { } stored ? stored : throw new InputException(source, number, "it is not a whole cached vector.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException(source, number, "it is not a line of `quiver cache export`.");
        }
    }

    private static StoredEntry? Read(JsonElement json)
    {
        var identity = Convert.FromHexString(json.GetProperty("identity").GetString() ?? "");
        var digest = Convert.FromHexString(json.GetProperty("key").GetString() ?? "");
        var bytes = json.GetProperty("vector").GetBytesFromBase64();
        var (tokens, fullTokens) = (json.GetProperty("tokens").GetInt32(), json.GetProperty("full_tokens").GetInt32());
        if (identity.Length != DigestBytes || digest.Length != DigestBytes || bytes.Length is 0 || bytes.Length % sizeof(float) != 0 || tokens < 0 || fullTokens < tokens)
            return null;
        var vector = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        if (!Array.TrueForAll(vector, float.IsFinite))
            return null;

        var line = new CacheLine(json.GetProperty("tenant").GetString(), json.GetProperty("model").GetString() ?? "", identity, vector.Length);
        var (key, text) = (CacheKey.Of(digest), json.GetProperty("text").GetString());
        // Where the text is told, the key follows from it: a line cannot put its vector under another text.
        if (text is not null && key != CacheKey.OfText(line.Tenant, identity, text))
            return null;
        return new StoredEntry(new CacheEntry(new LineKey(line, key), vector, tokens, fullTokens) { CreatedAt = json.GetProperty("created_at").GetInt64() }, text, 0);
    }
}
