using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Quiver.Server.Configuration;
using Quiver.Server.Telemetry;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Telemetry;

/// <summary>What the log of a server holds.</summary>
public sealed partial class LogTests : IDisposable
{
    private const string Body = """{"model":"fake","input":["one two","three"]}""";

    private readonly TemporaryFolder _folder = new();

    private string LogFile => Path.Combine(_folder.Path, "quiver.log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_request_is_one_line_of_text()
    {
        await ServeAsync(new ServeOptions(), server => server.EmbedAsync(Body));
        Assert.Matches(TextLine(), Assert.Single(await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_request_is_one_object_of_JSON()
    {
        await ServeAsync(new ServeOptions { LogFormat = LogFormat.Json }, async server =>
        {
            await server.EmbedAsync(Body);
            await server.GetAsync("/nowhere");
        });

        var lines = (await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken)).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Equal(["time", "level", "event", "id", "client", "method", "route", "status", "ms", "items", "tokens", "hits"], lines[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal("request", lines[0].GetProperty("event").GetString());
        Assert.Equal("127.0.0.1", lines[0].GetProperty("client").GetString());
        Assert.Equal("/v1/embeddings", lines[0].GetProperty("route").GetString());
        Assert.Equal(200, lines[0].GetProperty("status").GetInt32());
        Assert.Equal(2, lines[0].GetProperty("items").GetInt32());
        Assert.Equal(7, lines[0].GetProperty("tokens").GetInt32());
        Assert.Equal(("-", 404), (lines[1].GetProperty("route").GetString(), lines[1].GetProperty("status").GetInt32()));
    }

    [Theory]
    [InlineData("Text")]
    [InlineData("Json")]
    public async Task A_fault_is_one_line_however_many_its_stack_has(string format)
    {
        await ServeAsync(new ServeOptions { LogFormat = Enum.Parse<LogFormat>(format) }, async server =>
        {
            server.Model.OnEmbed = _ => throw new InvalidOperationException("with a secret");
            Assert.Equal(HttpStatusCode.InternalServerError, (await server.EmbedAsync(Body)).Status);
        });

        var lines = await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken);
        Assert.Equal(2, lines.Length);
        Assert.Contains("System.InvalidOperationException", lines[0], StringComparison.Ordinal);
        Assert.Contains(format == "Text" ? " error " : "\"level\":\"error\"", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("with a secret", lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Text")]
    [InlineData("Json")]
    public void No_line_break_of_a_message_gets_into_the_log(string format)
    {
        var lines = new List<byte>();
        using (var writer = new LogWriter(bytes => lines.AddRange(bytes)))
        {
            var logger = new LogProvider(writer, Enum.Parse<LogFormat>(format), TimeProvider.System).CreateLogger("test");
            logger.Log(LogLevel.Warning, 1, "first\r\n2026-01-01T00:00:00.000Z info forged\u001b[2J\u2028\u0085end", null, (message, _) => message);
        }

        var text = System.Text.Encoding.UTF8.GetString([.. lines]);
        Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain(text[..^1], char.IsControl);
        Assert.Contains("forged", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_the_level_of_warnings_requests_are_not_logged_and_faults_are()
    {
        await ServeAsync(new ServeOptions { LogLevel = LogLevel.Warning }, async server =>
        {
            await server.EmbedAsync(Body);
            server.Model.OnEmbed = _ => throw new InvalidOperationException();
            await server.EmbedAsync("""{"model":"fake","input":"another"}""");
        });
        Assert.Contains(" failed: ", Assert.Single(await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_request_is_in_the_log_when_the_server_has_ended()
    {
        const int Requests = 300;
        await ServeAsync(new ServeOptions(), server => Parallel.ForAsync(0, Requests, async (i, _) =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
            request.Headers.Add("x-request-id", $"request-{i}.");
            await server.SendAsync(request);
        }));

        var log = await File.ReadAllTextAsync(LogFile, TestContext.Current.CancellationToken);
        Assert.All(Enumerable.Range(0, Requests), i => Assert.Contains($"request-{i}. ", log, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_server_s_own_account_may_read_the_file()
    {
        if (OperatingSystem.IsWindows())
            return;
        await ServeAsync(new ServeOptions(), server => server.EmbedAsync(Body));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(LogFile));
    }

    private async Task ServeAsync(ServeOptions options, Func<TestServer, Task> use)
    {
        await using var server = await TestServer.StartAsync(options with { LogFile = LogFile });
        await use(server);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info req_[0-9a-f]{32} 127\.0\.0\.1 POST /v1/embeddings 200 \d+(\.\d+)? ms, 2 items, 7 tokens, 0 hits$")]
    private static partial Regex TextLine();
}
