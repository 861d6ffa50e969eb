using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Quiver.Server.Tests.Replay;

/// <summary>The bytes of a recorded request: only Host, Content-Length and the recorded headers were sent.</summary>
internal static partial class RecordedRequest
{
    public static byte[] Bytes(JsonElement request, Uri address)
    {
        if (request.TryGetProperty("raw_http", out var raw))
            return RawHttp(raw.GetString()!, address);

        var body = Body(request);
        var head = new StringBuilder($"{request.GetProperty("method").GetString()} {request.GetProperty("path").GetString()} HTTP/1.1\r\nHost: {address.Authority}\r\n");
        foreach (var header in request.GetProperty("headers").EnumerateObject())
            head.Append(CultureInfo.InvariantCulture, $"{header.Name}: {header.Value.GetString()}\r\n");
        if (request.GetProperty("headers").TryGetProperty("Transfer-Encoding", out _))
            body = [.. System.Text.Encoding.ASCII.GetBytes($"{body!.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
        else if (body is not null)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        return [.. System.Text.Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body ?? []];
    }

    private static byte[]? Body(JsonElement request)
    {
        if (request.TryGetProperty("body", out var json))
            return Spaced(json);
        if (request.TryGetProperty("raw", out var raw))
            return System.Text.Encoding.UTF8.GetBytes(raw.GetString()!);
        if (request.TryGetProperty("raw_base64", out var base64))
            return base64.GetBytesFromBase64();
        return request.TryGetProperty("raw_described", out var described) ? Described(described.GetString()!) : null;
    }

    /// <summary>Line ends of the head were written as \n. The host is the only thing that cannot be sent as it was.</summary>
    private static byte[] RawHttp(string raw, Uri address)
    {
        var text = raw.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal)
            .Replace("Host: x\r\n", $"Host: {address.Authority}\r\n", StringComparison.Ordinal)
            .Replace("one chunk of 0x200000 bytes", $"200000\r\n{new string('a', 0x200000)}\r\n0\r\n\r\n", StringComparison.Ordinal);
        return System.Text.Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Bodies too long to be kept were described in words.</summary>
    private static byte[] Described(string words)
    {
        if (words.StartsWith("gzip of ", StringComparison.Ordinal))
            return Compressed(words[8..]);
        if (words.Contains("200 nested arrays", StringComparison.Ordinal))
            return System.Text.Encoding.UTF8.GetBytes($$"""{"inputs": {{new string('[', 200)}}{{new string(']', 200)}}}""");
        if (ExactBytes().Match(words) is { Success: true } exact)
            return System.Text.Encoding.UTF8.GetBytes("{\"inputs\":\"".PadRight(int.Parse(exact.Groups[1].Value, CultureInfo.InvariantCulture) - 2, 'a') + "\"}");

        var expanded = Repeated().Replace(words, match =>
            '"' + string.Concat(Enumerable.Repeat(match.Groups[1].Value, int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))) + '"');
        Assert.NotEqual(words, expanded);
        return System.Text.Encoding.UTF8.GetBytes(expanded);
    }

    private static byte[] Compressed(string text)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal))
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        return memory.ToArray();
    }

    /// <summary>As Python's json.dumps spells it, which the columns in error texts count: a blank behind each comma and colon, no escapes beyond ASCII.</summary>
    private static byte[] Spaced(JsonElement json)
    {
        var text = new StringBuilder();
        Append(text, json);
        return System.Text.Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Append(StringBuilder text, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                AppendAll(text, '{', json.EnumerateObject(), member => Append(AppendString(text, member.Name).Append(": "), member.Value), '}');
                break;
            case JsonValueKind.Array:
                AppendAll(text, '[', json.EnumerateArray(), item => Append(text, item), ']');
                break;
            case JsonValueKind.String:
                AppendString(text, json.GetString()!);
                break;
            default:
                text.Append(json.GetRawText());
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, IEnumerable<T> items, Action<T> append, char close)
    {
        text.Append(open);
        var separator = "";
        foreach (var item in items)
        {
            text.Append(separator);
            append(item);
            separator = ", ";
        }

        text.Append(close);
    }

    private static StringBuilder AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' or '\\' => text.Append('\\').Append(character),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => text.Append(character),
            };
        }

        return text.Append('"');
    }

    [GeneratedRegex("""^\{"inputs":"aaa…"\} of exactly (\d+) bytes$""")]
    private static partial Regex ExactBytes();

    [GeneratedRegex("""
        "([^"]+)" repeated (\d+) times
        """)]
    private static partial Regex Repeated();
}
