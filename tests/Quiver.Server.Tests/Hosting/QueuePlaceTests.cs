using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Quiver.Embedding;
using Quiver.Server.Hosting;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>Who is served next, as callers over HTTP see it: one runner, one text at a time, and a first text that holds it.</summary>
public sealed class QueuePlaceTests
{
    [Fact]
    public async Task A_caller_with_many_requests_does_not_hold_up_another_one()
    {
        using var queue = new HeldQueue();
        await using var server = await queue.StartAsync();
        using var greedy = ClientFrom(server.Address, "127.0.0.1");
        using var modest = ClientFrom(server.Address, "127.0.0.2");

        var requests = new List<Task<Answer>> { AskAsync(greedy, "first") };
        await queue.Held;
        for (var i = 0; i < 10; i++)
            requests.Add(AskAsync(greedy, $"greedy {i}"));
        await queue.WaitForAsync(10);
        requests.Add(AskAsync(modest, "modest"));
        await queue.WaitForAsync(11);

        queue.Release();
        Assert.All(await Task.WhenAll(requests), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.InRange(queue.Order.ToList().IndexOf(server.Model.Tokenize("modest").Ids[^2]), 1, 2);
    }

    [Fact]
    public async Task A_request_that_says_bulk_lets_interactive_ones_go_first()
    {
        using var queue = new HeldQueue();
        await using var server = await queue.StartAsync();

        var requests = new List<Task<Answer>> { AskAsync(server.Client, "first") };
        await queue.Held;
        requests.Add(AskAsync(server.Client, "lowered", "bulk"));
        await queue.WaitForAsync(1);
        requests.Add(AskAsync(server.Client, "usual", "urgent"));
        await queue.WaitForAsync(2);

        queue.Release();
        Assert.All(await Task.WhenAll(requests), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(["first", "usual", "lowered"], queue.Order.Select(id => new[] { "first", "usual", "lowered" }.Single(text => server.Model.Tokenize(text).Ids[^2] == id)));
    }

    private static Task<Answer> AskAsync(HttpClient client, string text, string? lane = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings")
        {
            Content = new StringContent($$"""{"model":"fake","input":"{{text}}"}""", new MediaTypeHeaderValue("application/json")),
        };
        if (lane is not null)
            request.Headers.Add(QueuePlace.LaneHeader, lane);
        return Answer.OfAsync(client, request);
    }

    private static HttpClient ClientFrom(Uri address, string source) => Loopback.Client(address, async (endpoint, cancellationToken) =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        await socket.ConnectAsync(IPAddress.Loopback, endpoint.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    });

    private sealed class HeldQueue : IDisposable
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _release = new();
        private TestServer? _server;

        public Task Held => _held.Task;

        /// <summary>The last word of each text, as a token, in the order in which they were computed.</summary>
        public ConcurrentQueue<int> Order { get; } = new();

        public async Task<TestServer> StartAsync()
        {
            var model = new WordEmbedder
            {
                OnEmbed = inputs =>
                {
                    foreach (var input in inputs)
                        Order.Enqueue(input.Ids[^2]);
                    _held.TrySetResult();
                    _release.Wait(TestContext.Current.CancellationToken);
                },
            };
            return _server = await TestServer.StartAsync(model: model, serviceOptions: new EmbeddingServiceOptions { Scheduler = new() { Runners = 1, UnitTexts = 1 } });
        }

        public void Release() => _release.Set();

        /// <summary>Until so many texts wait.</summary>
        public Task WaitForAsync(int texts) => _server!.WaitForQueuedAsync(texts);

        public void Dispose() => _release.Dispose();
    }
}
