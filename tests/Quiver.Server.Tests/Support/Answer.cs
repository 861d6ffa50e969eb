using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Quiver.Server.Tests.Support;

/// <summary>An answer, read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Bytes)
{
    /// <summary>Sends a request, and disposes it.</summary>
    public static async Task<Answer> OfAsync(HttpClient client, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            return new Answer(response.StatusCode, response.Headers, response.Content.Headers, bytes);
        }
    }

    public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(",", values) : null;

    /// <summary>Checks that this is OpenAI's error object, all four members present and nothing else, and returns it.</summary>
    public (string Message, string Type, string? Param, string? Code) Error()
    {
        Assert.Equal("application/json", Header("Content-Type"));
        Assert.NotNull(Header("x-request-id"));
        Assert.Equal(["error"], Json.EnumerateObject().Select(member => member.Name));
        var error = Json.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        var message = error.GetProperty("message").GetString();
        Assert.False(string.IsNullOrWhiteSpace(message));
        return (message, error.GetProperty("type").GetString()!, error.GetProperty("param").GetString(), error.GetProperty("code").GetString());
    }

    /// <summary>The vectors of an embeddings answer, checked to be in order.</summary>
    public float[][] Vectors()
    {
        Assert.Equal(HttpStatusCode.OK, Status);
        var data = Json.GetProperty("data").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(0, data.Length), data.Select(item => item.GetProperty("index").GetInt32()));
        return [.. data.Select(item => item.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray())];
    }
}
