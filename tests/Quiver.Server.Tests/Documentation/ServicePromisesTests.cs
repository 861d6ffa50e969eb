using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Documentation;

/// <summary>What the documents of other services promise, against what docs/configuration.md says became of it, and that against the server.</summary>
public sealed partial class ServicePromisesTests
{
    /// <summary>Names in capitals that the documents mention and that are no variables of the service.</summary>
    private static readonly HashSet<string> NoVariables = ["YOUR_API_KEY", "API_KEY"];

    public static TheoryData<string, int, int, int> Services { get; } = new()
    {
        { "embed-cache", 11, 5, 10 },
        { "fastembed", 0, 4, 3 },
        { "tkr-embed", 15, 0, 11 },
    };

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_name_of_a_services_document_is_in_the_table(string service, int variables, int metrics, int endpoints)
    {
        var document = System.Text.Encoding.UTF8.GetString(TestData.ReadAll($"service-pages/{service}.md"));
        var (named, measured, offered) = (Variables(document), Metrics(document), Endpoints(document));

        // A reader that finds nothing would prove nothing.
        Assert.Equal((variables, metrics, endpoints), (named.Count, measured.Count, offered.Count));
        var table = Table(service);
        Assert.All(named.Concat(measured).Concat(offered), name => Assert.Contains(name, table.Keys));
        Assert.All(table.Values, row => Assert.Contains(row.State, Enum.GetValues<PromiseState>().Select(ServicePromise.Word)));
        Assert.All(table.Values.Where(row => row.State != "honoured"), row => Assert.NotEmpty(row.Note));
    }

    [Theory]
    [InlineData("embed-cache")]
    [InlineData("fastembed")]
    [InlineData("tkr-embed")]
    public async Task What_is_honoured_is_there(string service)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Compat = new HashSet<string> { service } });
        var routes = server.Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}")).ToList();
        await server.EmbedAsync("""{"text":"something to count"}""", "/v1/embed");
        var metrics = System.Text.Encoding.UTF8.GetString((await server.GetAsync("/metrics")).Bytes);

        foreach (var (name, row) in Table(service).Where(entry => entry.Value.State == "honoured" && !entry.Value.Note.Contains("`--auth multi`", StringComparison.Ordinal)))
        {
            if (name.Contains(" /", StringComparison.Ordinal))
                Assert.Contains(name, routes);
            else if (char.IsLower(name[0]))
                Assert.Contains($"# TYPE {name} ", metrics, StringComparison.Ordinal);
            else
                Assert.Contains(row.Note.Trim('`'), Settings.All.Select(setting => setting.Path));
        }
    }

    [Theory]
    [InlineData("embed-cache")]
    [InlineData("fastembed")]
    [InlineData("tkr-embed")]
    public async Task What_is_not_yet_there_is_not_there(string service)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Compat = new HashSet<string> { service } });
        var routes = server.Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}")).ToList();
        Assert.All(Table(service).Where(entry => entry.Value.State == "not yet"), entry => Assert.DoesNotContain(entry.Key, routes));
    }

    /// <summary>The rows of the service's section in docs/configuration.md.</summary>
    private static Dictionary<string, (string State, string Note)> Table(string service)
    {
        var section = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "docs", "configuration.md")).Split("\n## ").Single(part => part.Contains($"Under `--compat {service}`.", StringComparison.Ordinal));
        return section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split(" | "))
            .ToDictionary(cells => cells[0].Trim('|', ' ', '`'), cells => (cells[1], cells[2].TrimEnd(' ', '|')));
    }

    /// <summary>What is exported, or stands in a table of variables.</summary>
    private static HashSet<string> Variables(string document) =>
        [.. ExportedName().Matches(document).Concat(TabledName().Matches(document)).Select(match => match.Groups[1].Value).Where(name => !NoVariables.Contains(name))];

    private static HashSet<string> Metrics(string document) => [.. ListedName().Matches(document).Select(match => match.Groups[1].Value)];

    /// <summary>Request lines of examples, and what curl is told.</summary>
    private static HashSet<string> Endpoints(string document)
    {
        var lines = RequestLine().Matches(document).Select(match => $"{match.Groups[1]} {match.Groups[2]}");
        var calls = document.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Where(line => line.StartsWith("curl ", StringComparison.Ordinal) || line.StartsWith("open ", StringComparison.Ordinal))
            .Select(line => $"{(line.Contains(" -X POST", StringComparison.Ordinal) || line.Contains(" -F ", StringComparison.Ordinal) ? "POST" : "GET")} {Address().Match(line).Groups[1].Value}");
        var scraped = document.Contains("metrics at `http://localhost:8000/metrics`", StringComparison.Ordinal) ? ["GET /metrics"] : Array.Empty<string>();
        return [.. lines.Concat(calls).Concat(scraped)];
    }

    [GeneratedRegex(@"^(?:export )?([A-Z][A-Z0-9_]+)=", RegexOptions.Multiline)]
    private static partial Regex ExportedName();

    [GeneratedRegex(@"^\| `([A-Z][A-Z0-9_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TabledName();

    [GeneratedRegex(@"^- `([a-z]+_[a-z_]+)` - ", RegexOptions.Multiline)]
    private static partial Regex ListedName();

    [GeneratedRegex(@"(?:^|`)(GET|POST|DELETE|PUT) (/[^\s`]*)", RegexOptions.Multiline)]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"http://localhost:8000(/[^\s""?]*)")]
    private static partial Regex Address();
}
