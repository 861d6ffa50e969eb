using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Quiver.Accounts;
using Quiver.Embedding;
using Quiver.Embedding.Scheduling;
using Quiver.Providers;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Support;

/// <summary>The server in this process, with its real Kestrel on a free port, by default with a <see cref="WordEmbedder"/> behind it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServerParts _parts;
    private readonly IEmbedder _model;
    private readonly LogCollector _log = new();

    /// <summary>Its data folder, where the test names none: what another run cached would be found in a shared one.</summary>
    private TemporaryFolder? _data;

    private TestServer(IEmbedder model, ServerParts parts, ServeOptions options, TimeProvider time)
    {
        (_model, _parts) = (model, parts);
        _app = QuiverHost.Build(options with { Port = 0 }, parts, Drain, time, options.LogFile is null ? logging => logging.AddProvider(_log) : null);
    }

    public WordEmbedder Model => (WordEmbedder)_model;

    public Drain Drain { get; } = new();

    public IEnumerable<Endpoint> Endpoints => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints);

    /// <summary>What waits and what runs at this moment.</summary>
    public SchedulerCounts Counts => _parts.Embeddings.Counts;

    /// <summary>null but with --auth multi.</summary>
    public AccountService? Accounts => _parts.Accounts;

    public string Log => _log.Text;

    /// <summary>Until so many texts wait in the queue: a request that was sent may still be on its way.</summary>
    public async Task WaitForQueuedAsync(int texts)
    {
        while (Counts.InteractiveTexts + Counts.BulkTexts < texts)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>That of <see cref="ServeOptions.MetricsPort"/>, where one was asked for.</summary>
    public Uri MetricsAddress => new(((IApplicationBuilder)_app).ServerFeatures.Get<IServerAddressesFeature>()!.Addresses.Last());

    public HttpClient Client { get; private set; } = null!;

    public static Task<TestServer> StartAsync(
        ServeOptions? options = null, WordEmbedder? model = null, EmbeddingServiceOptions? serviceOptions = null, TimeProvider? time = null, ProviderNetwork? network = null) =>
        StartWithAsync(model ?? new WordEmbedder(), options ?? new ServeOptions(), serviceOptions, time, network);

    /// <summary>Starts it with any model, which is disposed with the server.</summary>
    public static async Task<TestServer> StartWithAsync(
        IEmbedder model, ServeOptions options, EmbeddingServiceOptions? serviceOptions = null, TimeProvider? time = null, ProviderNetwork? network = null)
    {
        time ??= TimeProvider.System;
        var data = new TemporaryFolder();
        if (options.DataFolder == new ServeOptions().DataFolder)
            options = options with { DataFolder = data.Path };
        var parts = await ServerParts.CreateAsync(options, [model], time, TestContext.Current.CancellationToken, serviceOptions ?? new EmbeddingServiceOptions(), network);
        var server = new TestServer(model, parts, options, time) { _data = data };
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        server.Address = new Uri(QuiverHost.AddressOf(server._app));
        server.Client = Loopback.Client(server.Address);
        return server;
    }

    /// <summary>POST /v1/embeddings with a body as it stands.</summary>
    public Task<Answer> EmbedAsync(string body, string path = "/v1/embeddings") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, new MediaTypeHeaderValue("application/json")) });

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<Answer> SendAsync(HttpRequestMessage request) => Answer.OfAsync(Client, request);

    /// <summary>Lets the requests in flight end, as the program does when it stops.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await _parts.DisposeAsync();
        (_model as IDisposable)?.Dispose();
        _data?.Dispose();
    }
}
