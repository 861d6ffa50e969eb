using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Quiver.Embedding;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Support;

/// <summary>The server in this process, with its real Kestrel on a free port and a <see cref="WordEmbedder"/> behind it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly EmbeddingService _embeddings;
    private readonly LogCollector _log = new();

    private TestServer(WordEmbedder model, ServeOptions options, EmbeddingServiceOptions? serviceOptions)
    {
        Model = model;
        _embeddings = new EmbeddingService(new ModelDirectory([model], options.Aliases), serviceOptions);
        _app = QuiverHost.Build(options with { Port = 0 }, _embeddings, Drain, TimeProvider.System, logging => logging.AddProvider(_log));
    }

    public WordEmbedder Model { get; }

    public Drain Drain { get; } = new();

    public string Log => _log.Text;

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public static async Task<TestServer> StartAsync(
        ServeOptions? options = null, WordEmbedder? model = null, EmbeddingServiceOptions? serviceOptions = null)
    {
        var server = new TestServer(model ?? new WordEmbedder(), options ?? new ServeOptions(), serviceOptions);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        server.Address = new Uri(QuiverHost.AddressOf(server._app));
        server.Client = Loopback.Client(server.Address);
        return server;
    }

    /// <summary>POST /v1/embeddings with a body as it stands.</summary>
    public Task<Answer> EmbedAsync(string body, string path = "/v1/embeddings") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, new MediaTypeHeaderValue("application/json")) });

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
            var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            return new Answer(response.StatusCode, response.Headers, response.Content.Headers, bytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _embeddings.Dispose();
    }
}

/// <summary>An answer, read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Bytes)
{
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

internal static class Loopback
{
    /// <summary>A client that asks nobody else: no proxy, no redirects, no cookies.</summary>
    public static HttpClient Client(Uri address)
    {
#pragma warning disable RS0030 // The factory that the rule asks for is the product's; a test owns its connections.
        return new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
#pragma warning restore RS0030
    }
}
