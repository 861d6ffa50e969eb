using System.Diagnostics;
using System.Globalization;
using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Telemetry;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Telemetry;

/// <summary>GET /metrics as a scraper sees it.</summary>
public sealed class MetricsTests
{
    private const string Body = """{"model":"fake","input":["one two","three"]}""";

    [Theory]
    [InlineData("")]
    [InlineData("fastembed")]
    [InlineData("tei")]
    [InlineData("fastembed,tei")]
    public async Task What_is_exposed_is_well_formed_in_both_formats(string compat)
    {
        await using var server = await StartAsync(compat);
        await UseAsync(server);

        var text = await ScrapeAsync(server);
        var openMetrics = await ScrapeAsync(server, "application/openmetrics-text; version=1.0.0");
        Assert.Equal(text.Families.Count, openMetrics.Families.Count);
        Assert.All(text.Families.Values, family => Assert.True(family.Help is not null || family.Name.StartsWith("te_", StringComparison.Ordinal), $"{family.Name} has no help."));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("fastembed", true)]
    [InlineData("tei", false)]
    public async Task Promtool_accepts_it(string compat, bool withoutComplaint)
    {
        await using var server = await StartAsync(compat);
        await UseAsync(server);
        var (exitCode, complaints) = await PromtoolAsync((await server.GetAsync(MetricsRoutes.Path)).Bytes);

        // TEI's own names break the rules for names; that is all there is to say against them.
        Assert.All(complaints, complaint => Assert.StartsWith("te_", complaint, StringComparison.Ordinal));
        Assert.Equal(withoutComplaint, complaints.Length == 0);
        Assert.Equal(withoutComplaint ? 0 : 3, exitCode);
    }

    [Fact]
    public async Task Requests_are_counted_by_method_route_and_status()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 3; i++)
            await server.EmbedAsync(Body);
        await server.EmbedAsync("{");
        await server.GetAsync("/v1/models/other");
        await server.GetAsync("/v1/models/another");
        var metrics = await ScrapeAsync(server);

        Assert.Equal(3, metrics.Value("http_server_request_duration_seconds_count", Labels("POST", 200, "/v1/embeddings")));
        Assert.Equal(1, metrics.Value("http_server_request_duration_seconds_count", Labels("POST", 400, "/v1/embeddings")));
        Assert.Equal(2, metrics.Value("http_server_request_duration_seconds_count", Labels("GET", 404, "/v1/models/{**id}")));
        Assert.InRange(metrics.Value("http_server_request_duration_seconds_sum", Labels("POST", 200, "/v1/embeddings")), 1e-5, 30);
        Assert.Equal(3, metrics.Value("quiver_request_texts_count"));
        Assert.Equal(6, metrics.Value("quiver_request_texts_sum"));
        Assert.Equal(3 * (4 + 3), metrics.Value("quiver_request_tokens_sum"));
        // The scrape itself.
        Assert.Equal(1, metrics.Value("http_server_active_requests", ("http_request_method", "GET"), ("url_scheme", "http")));
        Assert.Equal(0, metrics.Value("http_server_active_requests", ("http_request_method", "POST"), ("url_scheme", "http")));
    }

    [Fact]
    public async Task Only_what_was_answered_counts_as_answered()
    {
        await using var server = await StartAsync("fastembed,tei");
        await server.EmbedAsync("""{"model":"other","input":["one two","three"]}""");
        var started = new TaskCompletionSource();
        using var release = new ManualResetEventSlim();
        server.Model.OnEmbed = _ =>
        {
            started.TrySetResult();
            release.Wait(TestContext.Current.CancellationToken);
        };
        using (var caller = await RawConnection.OpenAsync(server.Address))
        {
            await caller.SendAsync($"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
            await started.Task;
        }

        while (!server.Log.Contains(" POST /v1/embeddings 499 ", StringComparison.Ordinal))
            await Task.Yield();
        release.Set();
        await server.EmbedAsync(Body);
        var metrics = await ScrapeAsync(server);

        Assert.Equal(1, metrics.Value("http_server_request_duration_seconds_count", Labels("POST", 404, "/v1/embeddings")));
        Assert.Equal(1, metrics.Value("http_server_request_duration_seconds_count", Labels("POST", 499, "/v1/embeddings")));
        Assert.Equal(1, metrics.Value("quiver_request_texts_count"));
        Assert.Equal(1, metrics.Value("quiver_request_tokens_count"));
        Assert.Equal(1, metrics.Value("te_request_success", ("method", "batch")));
        Assert.Equal(1, metrics.Value("fastembed_request_latency_seconds_count"));
    }

    [Fact]
    public async Task A_request_that_is_being_served_is_active()
    {
        using var release = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        await using var server = await StartAsync();
        server.Model.OnEmbed = _ =>
        {
            started.TrySetResult();
            release.Wait(TestContext.Current.CancellationToken);
        };
        var request = server.EmbedAsync(Body);
        await started.Task;
        Assert.Equal(1, (await ScrapeAsync(server)).Value("http_server_active_requests", ("http_request_method", "POST"), ("url_scheme", "http")));
        release.Set();
        await request;
        Assert.Equal(0, (await ScrapeAsync(server)).Value("http_server_active_requests", ("http_request_method", "POST"), ("url_scheme", "http")));
    }

    [Fact]
    public async Task Paths_and_methods_that_callers_make_up_are_no_labels()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 50; i++)
        {
            await server.GetAsync($"/made/up/{i}");
            await server.SendAsync(new HttpRequestMessage(new HttpMethod($"MADE{i}"), "/v1/models"));
        }

        var metrics = await ScrapeAsync(server);
        Assert.Equal(50, metrics.Value("http_server_request_duration_seconds_count", ("http_request_method", "GET"), ("http_response_status_code", "404"), ("url_scheme", "http")));
        Assert.Equal(2, metrics.Families["http_server_request_duration_seconds"].Samples.Select(sample => sample.Series).Distinct().Count());
        Assert.DoesNotContain(metrics.Families.Values.SelectMany(family => family.Samples), sample => sample.Series.Contains("made", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Refusals_for_memory_and_for_time_are_counted_with_their_reason()
    {
        using var release = new ManualResetEventSlim();
        await using var server = await TestServer.StartAsync(new ServeOptions { BodyMemory = 100_000, RequestTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(HttpStatusCode.TooManyRequests, (await server.EmbedAsync(Body + new string(' ', 200_000))).Status);
        server.Model.OnEmbed = _ => release.Wait(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.EmbedAsync(Body)).Status);
        release.Set();
        var metrics = await ScrapeAsync(server);

        // Servers of other tests count here too.
        Assert.InRange(metrics.Value("quiver_refusals_total", ("reason", "body_memory")), 1, 1000);
        Assert.InRange(metrics.Value("quiver_refusals_total", ("reason", "deadline")), 1, 1000);
    }

    [Theory]
    [InlineData("gopher", "http")]
    [InlineData("HTTPS", "https")]
    public async Task What_a_proxy_says_of_the_scheme_makes_no_label_of_its_own(string forwarded, string label)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = "0123456789abcdef-key", MetricsPublic = true, TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });
        var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("X-Forwarded-Proto", forwarded);
        await server.SendAsync(request);
        var metrics = await ScrapeAsync(server);

        Assert.Equal(1, metrics.Value("http_server_request_duration_seconds_count", [.. Labels("GET", 200, "/health/live")[..3], ("url_scheme", label)]));
        Assert.DoesNotContain(metrics.Families.Values.SelectMany(family => family.Samples), sample => sample.Series.Contains("gopher", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_process_is_described()
    {
        await using var server = await StartAsync();
        var metrics = await ScrapeAsync(server);
        using var self = Process.GetCurrentProcess();

        Assert.InRange(metrics.Value("process_resident_memory_bytes"), 10e6, 10e9);
        Assert.InRange(metrics.Value("process_cpu_seconds_total"), 0.01, self.TotalProcessorTime.TotalSeconds);
        Assert.InRange(metrics.Value("process_threads"), 2, 1000);
        Assert.InRange(metrics.Value("process_open_fds"), 3, metrics.Value("process_max_fds"));
        Assert.Equal(new DateTimeOffset(self.StartTime.ToUniversalTime()).ToUnixTimeSeconds(), metrics.Value("process_start_time_seconds"), 1.0);
        Assert.Equal(1, Assert.Single(metrics.Families["quiver_build_info"].Samples).Value);
        Assert.Contains("dotnet_gc_collections_total", metrics.Families);
        Assert.Equal("gauge", metrics.Families["quiver_thread_pool_threads"].Type);
    }

    [Theory]
    [InlineData("fastembed", "fastembed")]
    [InlineData("tei", "tei")]
    public async Task A_profile_exposes_the_names_types_and_labels_that_were_recorded(string profile, string transcript)
    {
        var recorded = TestData.Cases($"transcripts/{transcript}.jsonl")
            .Select(exchange => exchange.GetProperty("response"))
            .Where(response => response.TryGetProperty("_metrics", out _))
            .SelectMany(response => response.GetProperty("_metrics").EnumerateArray())
            // Of models of another kind; and of quotas, which there are none of.
            .Where(metric => !metric.GetProperty("name").GetString()!.StartsWith("te_predict", StringComparison.Ordinal) && metric.GetProperty("name").GetString() != "fastembed_rate_limit_exceeded_total")
            .DistinctBy(metric => metric.GetProperty("name").GetString())
            .ToList();
        Assert.True(recorded.Count > 10);
        await using var server = await StartAsync(profile, new WordEmbedder(maxTokens: 128));
        await UseAsync(server);
        var metrics = await ScrapeAsync(server);
        var openMetrics = await ScrapeAsync(server, "application/openmetrics-text");

        foreach (var metric in recorded)
        {
            var name = metric.GetProperty("name").GetString()!;
            Assert.True(metrics.Families.TryGetValue(name, out var family), $"{name} is missing.");
            Assert.Equal(metric.GetProperty("type").GetString(), family.Type);
            Assert.Equal(metric.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!), family.LabelNames);
            if (family.Type == "histogram")
                Assert.Equal(
                    metric.GetProperty("label_values").GetProperty("le").EnumerateArray().Select(bound => bound.GetString()!).ToHashSet(),
                    family.Samples.Where(sample => sample.Labels.ContainsKey("le")).Select(sample => sample.Labels["le"]).ToHashSet());
            if (metric.TryGetProperty("help", out var help))
                Assert.Equal(help.GetString(), family.Help);
            // A dashboard asks for samples by their names, whichever format the scraper speaks.
            Assert.Superset(family.Samples.Select(sample => sample.Name).ToHashSet(), openMetrics.Families.Values.SelectMany(each => each.Samples).Select(sample => sample.Name).ToHashSet());
        }
    }

    [Fact]
    public async Task Without_a_profile_no_other_service_s_names_are_exposed()
    {
        await using var server = await StartAsync();
        await UseAsync(server);
        Assert.DoesNotContain((await ScrapeAsync(server)).Families.Keys, name => name.StartsWith("te_", StringComparison.Ordinal) || name.StartsWith("fastembed_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_metrics_of_FastEmbed_tell_the_truth()
    {
        await using var server = await StartAsync("fastembed");
        await server.EmbedAsync("""{"model":"fake","input":"one two three"}""");
        await server.EmbedAsync("""{"model":"fake","input":["four","five"]}""");
        await server.EmbedAsync($$"""{"model":"fake","input":"{{string.Join(' ', Enumerable.Repeat("x", 100))}}"}""");
        await server.EmbedAsync("{");
        await server.GetAsync("/nowhere");
        var metrics = await ScrapeAsync(server);

        Assert.Equal(2, metrics.Value("fastembed_requests_total", ("status", "success"), ("cached", "false")));
        Assert.Equal(2, metrics.Value("fastembed_request_latency_seconds_count"));
        Assert.Equal(2, metrics.Value("fastembed_inference_latency_seconds_count"));
        Assert.Equal(3, metrics.Value("fastembed_cache_misses_total"));
        Assert.Equal(0, metrics.Value("fastembed_cache_hits_total", ("cache_level", "total")));
        Assert.Equal(3, metrics.Value("fastembed_token_count_count"));
        Assert.Equal(5 + 3 + 3, metrics.Value("fastembed_token_count_sum"));
        Assert.Equal(1, metrics.Value("fastembed_errors_total", ("error_type", "text_too_long")));
        Assert.Equal(1, metrics.Value("fastembed_errors_total", ("error_type", "invalid_request")));
    }

    [Theory]
    // In TEI's own words for what failed.
    [InlineData("/embed", """{"inputs":""}""", "validation")]
    [InlineData("/embed", """{"inputs":"LONG"}""", "tokenization")]
    [InlineData("/embed", """{"inputs":"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33"}""", "tokenization")]
    [InlineData("/embed", """{"inputs":["a","b","c"]}""", "batch_size")]
    [InlineData("/rerank", """{"query":"a","texts":["b"]}""", "model_type")]
    [InlineData("/predict", """{"inputs":"a"}""", "model_type")]
    [InlineData("/embed_sparse", """{"inputs":"a"}""", "model_type")]
    [InlineData("/v1/embeddings", """{"model":"fake","input":["",""],"error_policy":"per_item"}""", "validation")]
    [InlineData("/v1/embeddings", """{"model":"fake","input":["1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33",""],"error_policy":"per_item"}""", "tokenization")]
    public async Task What_fails_is_counted_by_TEIs_name_for_it(string path, string body, string failure)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Compat = new HashSet<string> { "tei" }, MaxClientBatchSize = 2, AutoTruncate = false });
        var answer = await server.EmbedAsync(body.Replace("LONG", new string('x', 100_000), StringComparison.Ordinal), path);
        Assert.True((int)answer.Status >= 400, $"{answer.Status}");
        var metrics = await ScrapeAsync(server);

        Assert.Equal(1, metrics.Value("te_request_failure", ("err", failure)));
        Assert.False(metrics.Families.TryGetValue("te_request_success", out var successes) && successes.Samples.Count > 0);
    }

    [Fact]
    public async Task The_metrics_of_TEI_tell_the_truth()
    {
        await using var server = await StartAsync("tei");
        await server.EmbedAsync("""{"model":"fake","input":"one two three"}""");
        await server.EmbedAsync("""{"model":"fake","input":["four","five"]}""");
        await server.EmbedAsync("""{"model":"other","input":["four","five"]}""");
        await server.EmbedAsync("{");
        var metrics = await ScrapeAsync(server);

        Assert.Equal(2, metrics.Value("te_request_count", ("method", "batch")));
        Assert.Equal(2, metrics.Value("te_request_count", ("method", "single")));
        Assert.Equal(1, metrics.Value("te_request_success", ("method", "batch")));
        Assert.Equal(1, metrics.Value("te_request_success", ("method", "single")));
        Assert.Equal(1, metrics.Value("te_request_failure", ("err", "model_type")));
        Assert.Equal(1, metrics.Value("te_request_failure", ("err", "validation")));
        Assert.Equal(5, metrics.Value("te_embed_count"));
        Assert.Equal(3, metrics.Value("te_embed_success"));
        Assert.Equal(3, metrics.Value("te_request_input_length_count"));
        Assert.Equal(11, metrics.Value("te_request_input_length_sum"));
        Assert.Equal(2, metrics.Value("te_request_duration_count"));
        Assert.Equal(3, metrics.Value("te_embed_duration_count"));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain", false)]
    [InlineData("not a type;;", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text; version=2.0.0", false)]
    [InlineData("application/openmetrics-text; q=0", false)]
    [InlineData("application/openmetrics-text; q=0.5, text/plain", false)]
    // Prometheus 2.42 and 3.5.
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1", true)]
    public async Task The_format_is_the_one_the_scraper_prefers(string? accept, bool openMetrics)
    {
        await using var server = await StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, MetricsRoutes.Path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        var answer = await server.SendAsync(request);

        Assert.Equal(openMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8", answer.Header("Content-Type"));
        Exposition.Read(System.Text.Encoding.UTF8.GetString(answer.Bytes), openMetrics);
    }

    private static Task<TestServer> StartAsync(string compat = "", WordEmbedder? model = null) =>
        TestServer.StartAsync(new ServeOptions { Compat = compat.Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet() }, model);

    /// <summary>Something of everything that is measured.</summary>
    private static async Task UseAsync(TestServer server)
    {
        await server.EmbedAsync(Body);
        await server.EmbedAsync("""{"model":"fake","input":"one"}""");
        await server.EmbedAsync("{");
        await server.GetAsync("/nowhere");
        await server.GetAsync("/v1/models");
    }

    private static async Task<Exposition> ScrapeAsync(TestServer server, string? accept = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, MetricsRoutes.Path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        var answer = await server.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return Exposition.Read(System.Text.Encoding.UTF8.GetString(answer.Bytes), accept is not null);
    }

    private static (string, string)[] Labels(string method, int status, string route) =>
        [("http_request_method", method), ("http_response_status_code", status.ToString(CultureInfo.InvariantCulture)), ("http_route", route), ("url_scheme", "http")];

    private static async Task<(int ExitCode, string[] Complaints)> PromtoolAsync(byte[] metrics)
    {
        using var promtool = StartPromtool();
        await promtool.StandardInput.BaseStream.WriteAsync(metrics, TestContext.Current.CancellationToken);
        promtool.StandardInput.Close();
        var output = promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (promtool.ExitCode, $"{await output}\n{error}".Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static Process StartPromtool()
    {
        try
        {
            return Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip("promtool (Debian's package prometheus) is not installed.");
            throw;
        }
    }
}
