using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>What SIGTERM does to the real program.</summary>
public sealed class DrainTests
{
    private const string Body = """{"model":"all-MiniLM-L6-v2","input":"a quiver holds arrows"}""";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_in_flight_is_finished_after_the_server_stopped_listening()
    {
        await using var server = await ServerProgram.StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync(
            $"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\nExpect: 100-continue\r\n\r\n");
        // The server asks for the body: the request is in flight.
        Assert.StartsWith("HTTP/1.1 100 ", await connection.ReadInterimAsync(), StringComparison.Ordinal);

        server.Terminate();
        await UntilRefusedAsync(server.Address);
        await connection.SendAsync(Body);
        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.EndsWith("}}", answer, StringComparison.Ordinal);
        Assert.Equal(0, (await server.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Under_load_no_request_is_lost_between_the_end_of_readiness_and_the_exit()
    {
        await using var server = await ServerProgram.StartAsync("--drain-delay", "2");
        using var notReady = new CancellationTokenSource();
        var statuses = new ConcurrentBag<HttpStatusCode>();
        var underWay = new TaskCompletionSource();

        // As a load balancer does it: requests go to the server until it says that it is not ready.
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                while (!notReady.IsCancellationRequested)
                {
                    statuses.Add((await PostAsync(server)).Status);
                    if (statuses.Count > 20)
                        underWay.TrySetResult();
                }
            },
            TestEnd)).ToList();
        await Task.WhenAny([underWay.Task, .. load]);
        server.Terminate();

        while ((await Answer.OfAsync(server.Client, new HttpRequestMessage(HttpMethod.Get, "/health/ready"))).Status == HttpStatusCode.OK)
            await Task.Yield();
        // Callers that have not noticed yet are served too.
        var late = await PostAsync(server);
        await notReady.CancelAsync();
        await Task.WhenAll(load);
        var (exitCode, log) = await server.EndAsync();

        Assert.Equal(HttpStatusCode.OK, late.Status);
        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(0, exitCode);
        Assert.Equal(statuses.Count + 1, log.Split(" POST /v1/embeddings 200 ").Length - 1);
    }

    /// <summary>Several runs, since what can go wrong is a matter of moments: a request that arrives as its idle connection is closed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Under_load_each_request_on_a_kept_connection_is_answered_and_the_last_answer_says_that_it_is_the_last(int run)
    {
        await using var server = await ServerProgram.StartAsync();
        var answers = 0;
        var underWay = new TaskCompletionSource();
        var load = Enumerable.Range(0, 16).Select(client => Task.Run(
            async () =>
            {
                using var connection = await RawConnection.OpenAsync(server.Address);
                for (var more = true; more;)
                {
                    var body = $$"""{"model":"all-MiniLM-L6-v2","input":"text {{client}} of run {{run}}"}""";
                    await connection.SendAsync($"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
                    var answer = await connection.ReadAnswerAsync();
                    Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
                    Assert.EndsWith("}}", answer, StringComparison.Ordinal);
                    more = !answer.Contains("Connection: close", StringComparison.Ordinal);
                    if (Interlocked.Increment(ref answers) > 200)
                        underWay.TrySetResult();
                }

                Assert.Equal("", await connection.ReadToEndAsync());
            },
            TestEnd)).ToList();
        await Task.WhenAny([underWay.Task, .. load]);
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        server.Terminate();

        await Task.WhenAll(load);
        var (exitCode, log) = await server.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.Equal(answers, log.Split(" POST /v1/embeddings 200 ").Length - 1);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(begin).TotalSeconds, 0, 30);
    }

    [Fact]
    public async Task A_second_signal_ends_the_process_at_once()
    {
        await using var server = await ServerProgram.StartAsync("--drain-delay", "3600");
        server.Terminate();
        while ((await Answer.OfAsync(server.Client, new HttpRequestMessage(HttpMethod.Get, "/health/ready"))).Status == HttpStatusCode.OK)
            await Task.Yield();
        server.Terminate();

        Assert.Equal(128 + 15, (await server.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task An_idle_server_ends_at_once_with_0()
    {
        await using var server = await ServerProgram.StartAsync();
        server.Terminate();
        Assert.Equal(0, (await server.EndAsync()).ExitCode);
    }

    private static Task<Answer> PostAsync(ServerProgram server) => Answer.OfAsync(
        server.Client, new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new StringContent(Body, new MediaTypeHeaderValue("application/json")) });

    private static async Task UntilRefusedAsync(Uri address)
    {
        while (true)
        {
            try
            {
                using var connection = await RawConnection.OpenAsync(address);
            }
            catch (SocketException exception)
            {
                // Not a reset: that is a connection which waited to be accepted when the listener closed.
                if (exception.SocketErrorCode == SocketError.ConnectionRefused)
                    return;
            }
        }
    }
}
