using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Telemetry;

/// <summary>What a collector gets. Alone: whoever listens in a process hears all its servers, those of other tests too.</summary>
[Collection(nameof(OtlpTests))]
[CollectionDefinition(nameof(OtlpTests), DisableParallelization = true)]
public sealed class OtlpTests
{
    private const string Body = """{"model":"fake","input":["one two","three"]}""";
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string CallerSpan = "00f067aa0ba902b7";

    [Fact]
    public async Task A_request_is_a_span_with_what_it_spent_its_time_on_below_it()
    {
        var spans = await SpansAsync(server => server.EmbedAsync(Body));

        var request = Assert.Single(spans, span => span.Kind == 2);
        Assert.Equal(("quiver", "POST /v1/embeddings", ""), (request.Service, request.Name, request.ParentId));
        Assert.Equal("POST", request.Attributes["http.request.method"]);
        Assert.Equal("/v1/embeddings", request.Attributes["http.route"]);
        Assert.Equal("200", request.Attributes["http.response.status_code"]);
        Assert.Equal("http", request.Attributes["url.scheme"]);
        Assert.Equal(("2", "7", "0"), (request.Attributes["quiver.texts"], request.Attributes["quiver.tokens"], request.Attributes["quiver.cache_hits"]));
        Assert.Matches("^req_[0-9a-f]{32}$", request.Attributes["quiver.request.id"]);

        var stages = spans.Where(span => span.Kind == 1).OrderBy(span => span.Start).ToList();
        Assert.Equal(["tokenize", "queue", "inference"], stages.Select(stage => stage.Name));
        Assert.All(stages, stage =>
        {
            Assert.Equal((request.TraceId, request.Id), (stage.TraceId, stage.ParentId));
            Assert.InRange(stage.Start, request.Start, request.End);
            Assert.InRange(stage.End, stage.Start, request.End);
        });
    }

    [Fact]
    public async Task A_caller_s_trace_is_continued_and_its_free_text_left_behind()
    {
        var spans = await SpansAsync(server =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models?secret=1");
            request.Headers.Add("traceparent", $"00-{TraceId}-{CallerSpan}-01");
            request.Headers.Add("tracestate", "vendor=secret");
            return server.SendAsync(request);
        });
        var span = Assert.Single(spans);
        Assert.Equal((TraceId, CallerSpan), (span.TraceId, span.ParentId));
        Assert.DoesNotContain(span.Attributes.Values, value => value.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_caller_who_does_not_sample_is_not_sampled()
    {
        var spans = await SpansAsync(async server =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.Add("traceparent", $"00-{TraceId}-{CallerSpan}-00");
            await server.SendAsync(request);
        });
        Assert.Empty(spans);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-zzzzzzzzzzzzzzzz-01")]
    public async Task A_malformed_parent_begins_a_trace_of_its_own(string parent)
    {
        var spans = await SpansAsync(async server =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.TryAddWithoutValidation("traceparent", parent);
            Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(request)).Status);
        });
        Assert.Equal("", Assert.Single(spans).ParentId);
    }

    [Fact]
    public async Task A_fault_is_an_error_of_its_span_and_a_caller_s_mistake_is_not()
    {
        var spans = await SpansAsync(async server =>
        {
            await server.EmbedAsync("{");
            server.Model.OnEmbed = _ => throw new InvalidOperationException("secret");
            await server.EmbedAsync(Body);
        });

        var mistake = Assert.Single(spans, span => span.Attributes["http.response.status_code"] == "400");
        Assert.Equal((0UL, "InvalidInput"), (mistake.Status, mistake.Attributes["error.type"]));
        var fault = Assert.Single(spans, span => span.Attributes["http.response.status_code"] == "500");
        Assert.Equal((2UL, "Internal"), (fault.Status, fault.Attributes["error.type"]));
        Assert.DoesNotContain(fault.Attributes.Values, value => value.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_are_sent_too()
    {
        await using var collector = await Collector.StartAsync();
        await using (var server = await TestServer.StartAsync(new ServeOptions { OtlpEndpoint = collector.Address }))
            await server.EmbedAsync(Body);

        Assert.Superset(
            new HashSet<string> { "http.server.request.duration", "http.server.active_requests", "quiver.request.tokens", "quiver.queue.wait", "process.cpu", "dotnet.gc.collections" },
            collector.Metrics.ToHashSet());
        Assert.DoesNotContain("dotnet.exceptions", collector.Metrics);
    }

    [Fact]
    public async Task The_standard_variable_names_the_collector_too()
    {
        await using var collector = await Collector.StartAsync();
        await using var server = await ServerProgram.StartWithVariableAsync("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address.ToString());
        await Answer.OfAsync(server.Client, new HttpRequestMessage(HttpMethod.Get, "/health/live"));
        server.Terminate();
        Assert.Equal(0, (await server.EndAsync()).ExitCode);

        Assert.Contains(collector.Spans, span => span.Name == "GET /health/live");
    }

    [Theory]
    [InlineData("OTEL_SERVICE_NAME", "search")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test,service.name=search")]
    public async Task An_operator_s_name_for_the_server_goes_over_ours(string variable, string value)
    {
        await using var collector = await Collector.StartAsync();
        await using var server = await ServerProgram.StartWithVariableAsync(variable, value, "--otlp-endpoint", collector.Address.ToString());
        await Answer.OfAsync(server.Client, new HttpRequestMessage(HttpMethod.Get, "/health/live"));
        server.Terminate();
        Assert.Equal(0, (await server.EndAsync()).ExitCode);

        Assert.Contains(collector.Spans, span => span is { Name: "GET /health/live", Service: "search" });
    }

    [Fact]
    public async Task A_collector_that_is_not_there_costs_no_request_and_no_fault()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { OtlpEndpoint = new Uri("http://127.0.0.1:9") });
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(Body)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenTelemetry_is_loaded_only_where_a_collector_is_named(bool isNamed)
    {
        if (!OperatingSystem.IsLinux())
            return;
        await using var server = await ServerProgram.StartAsync(isNamed ? ["--otlp-endpoint", "http://127.0.0.1:9"] : []);
        await Answer.OfAsync(server.Client, new HttpRequestMessage(HttpMethod.Get, "/metrics"));
        var mapped = await File.ReadAllTextAsync($"/proc/{server.ProcessId}/maps", TestContext.Current.CancellationToken);

        Assert.Contains("Quiver.Server.dll", mapped, StringComparison.Ordinal);
        Assert.Equal(isNamed, mapped.Contains("OpenTelemetry", StringComparison.Ordinal));
    }

    /// <summary>What is sent by the end of a server that was used so.</summary>
    private static async Task<IReadOnlyList<Collector.Span>> SpansAsync(Func<TestServer, Task> use)
    {
        await using var collector = await Collector.StartAsync();
        await using (var server = await TestServer.StartAsync(new ServeOptions { OtlpEndpoint = collector.Address }))
        {
            await use(server);
            // A span ends after its answer: requests end before the exporters do.
            await server.StopAsync();
        }

        return collector.Spans;
    }
}
