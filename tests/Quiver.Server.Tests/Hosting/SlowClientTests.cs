using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>A hundred of each kind: callers that never finish their headers, their bodies, or the reading of their answers.</summary>
public sealed class SlowClientTests
{
    private const int Each = 100;
    private const string Body = """{"model":"fake","input":"x"}""";

    [Fact]
    public async Task Slow_callers_are_cut_off_in_time_and_others_are_answered_meanwhile()
    {
        await using var server = await TestServer.StartAsync(
            new ServeOptions { HeaderTimeout = TimeSpan.FromSeconds(2), RequestTimeout = TimeSpan.FromSeconds(3) },
            new WordEmbedder(width: 1024));
        var start = Stopwatch.GetTimestamp();
        var headers = SlowHeadersAsync(server.Address);
        var bodies = SlowBodiesAsync(server.Address, "fake");
        using var readers = await SlowReaders.StartAsync(server.Address, "fake");

        var served = 0;
        for (; !headers.IsCompleted || !bodies.IsCompleted || CutReaders(server) < Each; served++)
            Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(Body)).Status);

        Assert.All(await headers, answer => Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal));
        Assert.All(await bodies, answer => Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 2, 30);
        Assert.True(served > 100, $"Only {served} requests were served meanwhile.");
        Assert.DoesNotContain(server.Log.Split('\n'), line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Slow_callers_leave_the_latency_of_others_within_twice_of_what_it_was()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("QUIVER_LONG") == "1", "Timed run: ./test --long");
        await using var server = await ServerProgram.StartAsync();
        await P99Async(server);
        var alone = await P99Async(server);

        var slow = Task.WhenAll(SlowHeadersAsync(server.Address), SlowBodiesAsync(server.Address, "all-MiniLM-L6-v2"));
        using var readers = await SlowReaders.StartAsync(server.Address, "all-MiniLM-L6-v2");
        var beside = await P99Async(server);

        Assert.False(slow.IsCompleted, "The slow callers were gone before the measurement ended.");
        Assert.InRange(beside, 0, 2 * alone);
    }

    private static Task<string[]> SlowHeadersAsync(Uri address) =>
        Task.WhenAll(Enumerable.Range(0, Each).Select(_ => RawConnection.ExchangeAsync(address, "POST /v1/embeddings HTTP/1.1\r\nHost: loc")));

    private static Task<string[]> SlowBodiesAsync(Uri address, string model) => Task.WhenAll(Enumerable.Range(0, Each).Select(async _ =>
    {
        using var connection = await RawConnection.OpenAsync(address);
        await connection.SendAsync(Head(1000) + $$"""{"model":"{{model}}","input":""");
        return await connection.ReadAnswerAsync();
    }));

    private static string Head(int length) =>
        $"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n";

    private static int CutReaders(TestServer server) => server.Log.Split(" POST /v1/embeddings 499 ").Length - 1;

    private static async Task<double> P99Async(ServerProgram server)
    {
        var times = new List<double>();
        for (var i = 0; i < 300; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var answer = await Answer.OfAsync(server.Client, new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings")
            {
                Content = new StringContent($$"""{"model":"all-MiniLM-L6-v2","input":"a text of its own: {{Guid.NewGuid()}}"}""", new MediaTypeHeaderValue("application/json")),
            });
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
        }

        times.Sort();
        return times[^3];
    }

    /// <summary>Callers that ask for a few megabytes and read none of it.</summary>
    private sealed class SlowReaders : IDisposable
    {
        private const int Inputs = 512;
        private const int ReceiveBuffer = 4096;

        private readonly List<RawConnection> _connections = [];

        public static async Task<SlowReaders> StartAsync(Uri address, string model)
        {
            var body = $$"""{"model":"{{model}}","input":[{{string.Join(',', Enumerable.Repeat("\"x\"", Inputs))}}]}""";
            var readers = new SlowReaders();
            for (var i = 0; i < Each; i++)
            {
                var connection = await RawConnection.OpenAsync(address, ReceiveBuffer);
                readers._connections.Add(connection);
                await connection.SendAsync(Head(body.Length) + body);
            }

            return readers;
        }

        public void Dispose() => _connections.ForEach(connection => connection.Dispose());
    }
}
