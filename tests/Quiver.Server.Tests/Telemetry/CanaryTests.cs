using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Quiver.Server.Configuration;
using Quiver.Server.Telemetry;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Telemetry;

/// <summary>Secrets and texts are planted wherever a caller can put one, and looked for wherever the server tells of itself.</summary>
[Collection(nameof(OtlpTests))]
public sealed class CanaryTests : IDisposable
{
    private const string Key = "canary-server-key-000";

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _planted = [Key];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Text")]
    [InlineData("Json")]
    public async Task No_text_and_no_secret_gets_into_log_metrics_traces_or_errors(string format)
    {
        var logFile = Path.Combine(_folder.Path, "quiver.log");
        var errors = new List<byte[]>();
        string metrics;
        await using var collector = await Collector.StartAsync();
        await using (var server = await TestServer.StartAsync(new ServeOptions
        {
            ApiKey = Key,
            Compat = new HashSet<string> { "fastembed", "tei" },
            LogFile = logFile,
            LogFormat = Enum.Parse<LogFormat>(format),
            LogLevel = LogLevel.Debug,
            OtlpEndpoint = collector.Address,
        }))
        {
            foreach (var request in Requests())
            {
                var answer = await server.SendAsync(request);
                if (answer.Status >= HttpStatusCode.BadRequest)
                    errors.Add(answer.Bytes);
            }

            // A fault whose message quotes what it choked on.
            server.Model.OnEmbed = _ => throw new InvalidOperationException(Plant());
            errors.Add((await server.SendAsync(Post("/v1/embeddings", new { model = "fake", input = Plant() }))).Bytes);
            await server.SendAsync(new HttpRequestMessage(new HttpMethod("CANARY-METHOD"), "/v1/embeddings"));
            _planted.Add("CANARY-METHOD");
            metrics = System.Text.Encoding.UTF8.GetString((await server.GetAsync("/metrics")).Bytes);
        }

        Assert.True(_planted.Count >= 20, $"Only {_planted.Count} were planted.");
        Assert.True(errors.Count >= 8, $"Only {errors.Count} errors were answered.");
        var log = await File.ReadAllTextAsync(logFile, TestContext.Current.CancellationToken);
        Assert.True(log.Split('\n').Length > 15);
        Assert.NotEmpty(collector.Spans);
        Assert.NotEmpty(collector.Metrics);
        var exported = string.Concat(collector.Exports.Select(export => System.Text.Encoding.Latin1.GetString(export.Body)));
        var answered = string.Concat(errors.Select(System.Text.Encoding.UTF8.GetString));
        foreach (var (sink, text) in new[] { ("log", log), ("metrics", metrics), ("traces and metrics exported", exported), ("errors", answered) })
            Assert.All(_planted, planted => Assert.False(text.Contains(planted, StringComparison.OrdinalIgnoreCase), $"{planted} is in the {sink}."));
    }

    private IEnumerable<HttpRequestMessage> Requests()
    {
        yield return Post("/v1/embeddings", new { model = "fake", input = Plant() });
        yield return Post("/v1/embeddings", new { model = "fake", input = new[] { Plant(), Plant() }, user = Plant(), extra = Plant() });
        yield return Post("/v1/embeddings", new { model = "fake", input = $"{Plant()} {string.Concat(Enumerable.Repeat("long ", 100))}" });
        yield return Post("/v1/embeddings", new { model = "fake", input = "x", encoding_format = Plant() });
        yield return Post("/v1/embeddings", new { model = "fake", input = "x", dimensions = Plant() });
        yield return Post("/v1/embeddings", new { model = "fake", input = new object[] { new { canary = Plant() } } });
        yield return Post("/v1/embeddings", $$"""{"model":"fake","input":"{{Plant()}}""");
        yield return Post("/v1/embeddings", $$"""{"{{Plant()}}":1,"model":"fake","input":"{{Plant()}}","input":"x"}""");
        yield return Post("/v1/embed", new { text = Plant() });
        yield return Post("/v1/embed", new { text = Plant(), normalize = Plant() });
        yield return Post($"/v1/embeddings?key={Plant()}", new { model = "fake", input = "x" });

        foreach (var header in new[] { "Cookie", "User-Agent", "Referer", "X-Forwarded-For", "tracestate", "baggage", "x-request-id", "Origin", "X-Custom", "Accept" })
        {
            var request = Post("/v1/embeddings", new { model = "fake", input = Plant() });
            request.Headers.TryAddWithoutValidation("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
            // An id is only kept if it is harmless by its letters, so this one is not.
            request.Headers.TryAddWithoutValidation(header, header == "x-request-id" ? $"<{Plant()}>" : Plant());
            yield return request;
        }

        foreach (var header in new[] { "Authorization", "X-API-Key" })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.TryAddWithoutValidation(header, Plant());
            yield return request;
        }

        var typed = Post("/v1/embeddings", new { model = "fake", input = "x" });
        typed.Content!.Headers.Remove("Content-Type");
        typed.Content.Headers.TryAddWithoutValidation("Content-Type", Plant());
        yield return typed;
    }

    private string Plant()
    {
        _planted.Add($"canary{_planted.Count:d3}text");
        return _planted[^1];
    }

    private static HttpRequestMessage Post(string path, object body)
    {
        var json = body as string ?? JsonSerializer.Serialize(body);
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Key}");
        return request;
    }
}
