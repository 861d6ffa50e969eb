using System.Text.Json;

namespace Quiver.Bench.Http;

/// <summary>Whole HTTP/1.1 requests as they go over the wire.</summary>
internal static class HttpRequestBytes
{
    /// <summary>POST /v1/embeddings of some texts.</summary>
    public static byte[] Embed(IReadOnlyList<string> texts, bool base64 = false)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            model = "all-MiniLM-L6-v2",
            input = texts.Count == 1 ? (object)texts[0] : texts,
            encoding_format = base64 ? "base64" : "float",
            truncate = true,
        });
        return [.. "POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"u8, .. System.Text.Encoding.ASCII.GetBytes($"Content-Length: {body.Length}\r\n\r\n"), .. body];
    }

    public static byte[] Get(string path) => System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
}
