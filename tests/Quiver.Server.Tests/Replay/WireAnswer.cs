using System.Globalization;
using System.Text.Json;

namespace Quiver.Server.Tests.Replay;

/// <summary>One answer as it came off a connection.</summary>
internal sealed record WireAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>The header's values, joined, or null.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToArray();
        return values.Length == 0 ? null : string.Join(", ", values);
    }

    /// <summary>The answer in the form in which recorded ones are kept.</summary>
    public JsonElement Recorded()
    {
        var body = System.Text.Encoding.UTF8.GetString(Body);
        var isJson = Header("content-type") == "application/json";
        return JsonSerializer.SerializeToElement(new Dictionary<string, object>
        {
            ["status"] = Status,
            ["headers"] = Headers.GroupBy(header => header.Key).ToDictionary(same => same.Key, same => same.First().Value),
            [isJson ? "body" : "text"] = isJson ? JsonDocument.Parse(Body).RootElement : body,
        });
    }

    /// <summary>Reads one answer; null at the end of the connection.</summary>
    /// <param name="noBody">Whether the request was one whose answer has a head only.</param>
    public static async Task<WireAnswer?> ReadAsync(Stream stream, bool noBody, CancellationToken cancellationToken)
    {
        if (await ReadLineAsync(stream, cancellationToken) is not { Length: > 0 } first)
            return null;

        var headers = new List<KeyValuePair<string, string>>();
        while (await ReadLineAsync(stream, cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        var answer = new WireAnswer(int.Parse(first.Split(' ')[1], CultureInfo.InvariantCulture), headers, []);
        return noBody || answer.Status is < 200 or 204 or 304 ? answer : answer with { Body = await ReadBodyAsync(stream, answer, cancellationToken) };
    }

    private static async Task<byte[]> ReadBodyAsync(Stream stream, WireAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Header("Transfer-Encoding") is null)
            return await ReadExactlyAsync(stream, int.Parse(answer.Header("Content-Length")!, CultureInfo.InvariantCulture), cancellationToken);

        using var body = new MemoryStream();
        while (int.Parse((await ReadLineAsync(stream, cancellationToken))!, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
        {
            body.Write(await ReadExactlyAsync(stream, size, cancellationToken));
            await ReadLineAsync(stream, cancellationToken);
        }

        await ReadLineAsync(stream, cancellationToken);
        return body.ToArray();
    }

    private static async Task<byte[]> ReadExactlyAsync(Stream stream, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <summary>A line without its end, or null at the end of the stream.</summary>
    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n')
                return System.Text.Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return line.Count == 0 ? null : System.Text.Encoding.Latin1.GetString([.. line]);
    }
}
