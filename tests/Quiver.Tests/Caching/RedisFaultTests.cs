using System.Net;
using System.Net.Sockets;
using Quiver.Caching;
using Quiver.Embedding;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Tests.Caching;

/// <summary>Whatever Redis does, requests are answered, and rightly.</summary>
public sealed class RedisFaultTests
{
    private readonly WordEmbedder _model = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Redis_that_is_killed_hung_emptied_or_made_a_replica_under_load_fails_no_request_and_is_used_again()
    {
        await using var redis = await TestRedis.StartAsync();
        await using var server = new RedisServer(RedisAddress.Parse(redis.Url));
        await using var service = Service(server, out var changes);
        foreach (var (name, breakIt, mendIt) in new (string, Func<Task>, Func<Task>)[]
        {
            ("killed", redis.Server.KillAsync, redis.Server.StartAgainAsync),
            ("hung", redis.Server.PauseAsync, redis.Server.ResumeAsync),
            ("emptied", () => CommandAsync(redis, "FLUSHALL"), () => Task.CompletedTask),
            ("replica", () => CommandAsync(redis, "REPLICAOF 127.0.0.1 1"), () => CommandAsync(redis, "REPLICAOF NO ONE")),
        })
        {
            await UseAgainAsync(service, $"before {name}");
            using var end = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
            var load = Enumerable.Range(0, 8).Select(client => Task.Run(() => LoadAsync(service, $"{name} {client}", end.Token), TestEnd)).ToList();
            await breakIt();
            await RequestsAsync(service, $"while {name}");
            await mendIt();
            await RequestsAsync(service, $"after {name}");
            await end.CancelAsync();
            Assert.All(await Task.WhenAll(load), count => Assert.InRange(count, 1, int.MaxValue));
            await UseAgainAsync(service, $"at last {name}");
        }

        // Killed and hung it was given up, and taken up again.
        Assert.Contains(false, changes());
        Assert.True(changes()[^1]);
    }

    [Theory]
    [InlineData("-LOADING Redis is loading the dataset in memory\r\n")]
    [InlineData("-READONLY You can't write against a read only replica.\r\n")]
    [InlineData("-OOM command not allowed when used memory > 'maxmemory'.\r\n")]
    [InlineData("+OK\r\n")]
    [InlineData("\0\u00ff garbage")]
    [InlineData("")]
    public async Task A_server_that_answers_everything_like_this_fails_no_request(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = AnswerAsync(listener, System.Text.Encoding.Latin1.GetBytes(answer));
        await using (var server = new RedisServer(RedisAddress.Parse($"redis://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}")))
        await using (var service = Service(server, out _))
            await RequestsAsync(service, "text");
        listener.Stop();
        await serving;
    }

    [Fact]
    public async Task A_Redis_that_is_not_there_at_the_start_fails_no_request()
    {
        await using var server = new RedisServer(RedisAddress.Parse("redis://127.0.0.1:1"));
        await using var service = Service(server, out _);
        await RequestsAsync(service, "text");
    }

    private EmbeddingService Service(RedisServer server, out Func<List<bool>> changes)
    {
        var seen = new List<bool>();
        var cache = new TieredCache(
            new TieredCacheOptions { FlushTimeout = TimeSpan.FromMilliseconds(200), Memory = new MemoryTierOptions { MaxBytes = 0 }, Circuit = new CircuitOptions { ProbeInterval = TimeSpan.FromMilliseconds(20) } },
            [new RedisTier(server, new RedisTierOptions())]);
        cache.TierChanged += (_, usable) =>
        {
            lock (seen)
                seen.Add(usable);
        };
        changes = () =>
        {
            lock (seen)
                return [.. seen];
        };
        return new EmbeddingService(new ModelDirectory([_model]), new EmbeddingServiceOptions(), cache);
    }

    private async Task<int> LoadAsync(EmbeddingService service, string name, CancellationToken end)
    {
        var count = 0;
        for (; !end.IsCancellationRequested || count == 0; count++)
            await AskAsync(service, $"{name} {count % 50}");
        return count;
    }

    private async Task RequestsAsync(EmbeddingService service, string name)
    {
        for (var i = 0; i < 30; i++)
            await AskAsync(service, $"{name} {i % 10}");
    }

    /// <summary>Until a vector comes from Redis.</summary>
    private async Task UseAgainAsync(EmbeddingService service, string text)
    {
        while (!await AskAsync(service, text))
            await service.Cache.FlushAsync(TestEnd);
    }

    private async Task<bool> AskAsync(EmbeddingService service, string text)
    {
        var result = await service.EmbedAsync(new EmbeddingRequest("fake", [new EmbeddingInput(text)]), TestEnd);
        Assert.Equal(_model.UnitVectorOf(text), result.Vector(0));
        Assert.Equal(result.Cached(0) ? "redis" : null, result.Tier(0));
        return result.Cached(0);
    }

    private static async Task CommandAsync(TestRedis redis, string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, redis.Server.Port, TestEnd);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"), TestEnd);
        Assert.Equal("+OK", await new StreamReader(client.GetStream()).ReadLineAsync(TestEnd));
    }

    private static async Task AnswerAsync(TcpListener listener, byte[] answer)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(TestEnd);
                connections.Add(Task.Run(() => AnswerAsync(client, answer), TestEnd));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private static async Task AnswerAsync(TcpClient client, byte[] answer)
    {
        using (client)
        {
            try
            {
                var buffer = new byte[4096];
                while (answer.Length > 0 && await client.GetStream().ReadAsync(buffer, TestEnd) > 0)
                    await client.GetStream().WriteAsync(answer, TestEnd);
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }
}
