using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

public sealed class HttpTests
{
    private const string Body = """{"model":"fake","input":"x"}""";

    [Theory]
    [InlineData("/v1")]
    [InlineData("/v1/embedding")]
    [InlineData("/v1/chat/completions")]
    public async Task An_unknown_path_is_a_404_in_the_shape_of_OpenAI(string path)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal(($"Invalid URL (GET {path})", "invalid_request_error", null, null), answer.Error());
    }

    [Theory]
    [InlineData("GET", "/v1/embeddings", "POST")]
    [InlineData("PUT", "/v1/embeddings", "POST")]
    [InlineData("OPTIONS", "/v1/embeddings", "POST")]
    [InlineData("POST", "/v1/models", "GET")]
    [InlineData("DELETE", "/v1/models/fake", "GET")]
    public async Task Another_method_is_a_405_that_names_the_right_one(string method, string path, string allowed)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Equal(allowed, answer.Header("Allow"));
        Assert.Equal("method_not_supported", answer.Error().Code);
    }

    [Theory]
    [InlineData("my-request_1.2", true)]
    [InlineData("has space", false)]
    [InlineData("<script>", false)]
    [InlineData("", false)]
    public async Task A_harmless_request_id_of_the_caller_is_kept_and_any_other_replaced(string id, bool kept)
    {
        await using var server = await TestServer.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.TryAddWithoutValidation("x-request-id", id);
        var answer = await server.SendAsync(request);

        if (kept)
            Assert.Equal(id, answer.Header("x-request-id"));
        else
            Assert.Matches("^req_[0-9a-f]{32}$", answer.Header("x-request-id"));
        Assert.Matches("^[0-9]+$", answer.Header("openai-processing-ms"));
    }

    [Fact]
    public async Task A_request_id_that_is_too_long_is_replaced()
    {
        await using var server = await TestServer.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Add("x-request-id", new string('a', 129));
        Assert.StartsWith("req_", (await server.SendAsync(request)).Header("x-request-id"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_ends_when_draining_begins_and_requests_are_still_served()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/health/ready")).Status);
        server.Drain.Begin();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.GetAsync("/health/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/health/live")).Status);
        var answer = await server.EmbedAsync(Body);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Headers.ConnectionClose);
    }

    [Fact]
    public async Task A_declared_body_over_the_limit_is_refused_unread()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawConnection.ExchangeAsync(server.Address, Head($"Content-Length: {QuiverHost.MaxBodyBytes + 1}"));

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains($"larger than {QuiverHost.MaxBodyBytes} bytes", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunked_body_over_the_limit_is_refused_when_it_passes_it()
    {
        await using var server = await TestServer.StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync(Head("Transfer-Encoding: chunked"));
        var megabyte = new byte[1024 * 1024];
        megabyte.AsSpan().Fill((byte)' ');
        for (var i = 0; i < 16; i++)
        {
            await connection.SendAsync("100000\r\n");
            await connection.SendAsync(megabyte);
            await connection.SendAsync("\r\n");
        }

        await connection.SendAsync("1\r\n \r\n");
        Assert.StartsWith("HTTP/1.1 413 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_read()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(Body + new string(' ', QuiverHost.MaxBodyBytes - Body.Length))).Status);
    }

    [Fact]
    public async Task A_chunked_body_is_read_whole()
    {
        await using var server = await TestServer.StartAsync();
        var chunks = string.Concat(Body.Select(c => $"1\r\n{c}\r\n"));
        var answer = await RawConnection.ExchangeAsync(server.Address, Head("Transfer-Encoding: chunked", "Connection: close") + chunks + "0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zz\r\nx\r\n0\r\n\r\n")]
    [InlineData("-1\r\nx\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff1\r\nx\r\n0\r\n\r\n")]
    public async Task A_malformed_chunk_is_a_400_in_the_shape_of_OpenAI(string chunks)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawConnection.ExchangeAsync(server.Address, Head("Transfer-Encoding: chunked") + chunks);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("""{"error":{"message":""", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2;a=\n\r\n12\r\n0\r\n\r\n")]
    [InlineData("2;\nxx\r\n12\r\n0\r\n\r\n")]
    public async Task A_bare_newline_in_a_chunk_extension_hides_no_second_request(string chunks)
    {
        // CVE-2025-55315: a proxy and the server must not disagree on where the first request ends.
        await using var server = await TestServer.StartAsync();
        var answer = await RawConnection.ExchangeAsync(
            server.Address, Head("Transfer-Encoding: chunked") + chunks + "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("live", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_trickles_is_ended_by_the_deadline_of_the_whole_request()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync(Head("Content-Length: 1000") + "{");
        var answer = await connection.ReadAnswerAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.Contains("""{"error":{"message":""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_callers_that_never_finish_their_headers_are_cut_off_and_hold_up_nobody()
    {
        await using var server = await TestServer.StartAsync();
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var slow = Task.WhenAll(Enumerable.Range(0, 100).Select(_ => RawConnection.ExchangeAsync(server.Address, "GET /health/live HTTP/1.1\r\nHost: loc")));
        var served = 0;
        for (; !slow.IsCompleted; served++)
            Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(Body)).Status);

        Assert.All(await slow, answer => Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal));
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, 9, 25);
        Assert.True(served > 100, $"Only {served} requests were served meanwhile.");
    }

    [Fact]
    public async Task Bodies_that_are_too_large_together_are_a_429()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { BodyMemory = 100_000 });
        var answer = await server.EmbedAsync(Body + new string(' ', 200_000));
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.NotNull(answer.Header("Retry-After"));

        // What was held is given back, refused or not.
        for (var i = 0; i < 50; i++)
            Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(Body + new string(' ', 20_000))).Status);
    }

    [Fact]
    public async Task A_body_counts_until_its_vectors_are_computed()
    {
        var started = new TaskCompletionSource();
        using var release = new ManualResetEventSlim();
        await using var server = await TestServer.StartAsync(new ServeOptions { BodyMemory = 100_000 });
        server.Model.OnEmbed = _ =>
        {
            started.TrySetResult();
            release.Wait(TestContext.Current.CancellationToken);
        };
        var body = Body + new string(' ', 40_000);

        var first = server.EmbedAsync(body);
        await Task.WhenAny(started.Task, first);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await server.EmbedAsync(body)).Status);
        release.Set();
        Assert.Equal(HttpStatusCode.OK, (await first).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(body)).Status);
    }

    [Fact]
    public async Task A_caller_that_goes_away_costs_no_further_work_and_no_error()
    {
        using var release = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(serviceOptions: new() { Scheduler = new() { Runners = 1 } });
        var embedded = 0;
        server.Model.OnEmbed = inputs =>
        {
            embedded += inputs.Length;
            started.TrySetResult();
            release.Wait(TestContext.Current.CancellationToken);
        };

        using (var connection = await RawConnection.OpenAsync(server.Address))
        {
            var body = $$"""{"model":"fake","input":[{{string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"x {i}\""))}}]}""";
            await connection.SendAsync(Head($"Content-Length: {body.Length}") + body);
            await started.Task;
        }

        while (!server.Log.Contains(" 499 ", StringComparison.Ordinal))
            await Task.Yield();
        release.Set();
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(Body)).Status);
        Assert.Equal(8 + 1, embedded);
        Assert.DoesNotContain("Error", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_leaves_in_the_middle_of_the_answer_is_logged_as_gone_and_is_no_fault()
    {
        await using var server = await TestServer.StartAsync(model: new WordEmbedder(width: 1024));
        var body = $$"""{"model":"fake","input":[{{string.Join(',', Enumerable.Repeat("\"x\"", 2048))}}]}""";
        using (var connection = await RawConnection.OpenAsync(server.Address))
        {
            await connection.SendAsync(Head($"Content-Length: {body.Length}") + body);
            Assert.StartsWith("HTTP/1.1 200 OK", await connection.ReadInterimAsync(), StringComparison.Ordinal);
        }

        while (!server.Log.Contains("2048 items", StringComparison.Ordinal))
            await Task.Yield();
        Assert.Contains(" 499 ", server.Log, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(Body)).Status);
        Assert.DoesNotContain("Error", server.Log, StringComparison.Ordinal);
    }

    private static string Head(params string[] headers) =>
        $"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";
}
