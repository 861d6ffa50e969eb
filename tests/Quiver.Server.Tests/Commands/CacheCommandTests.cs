using System.Text.Json;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Commands;

/// <summary>The cache in a database, from the outside: it outlives servers, and commands look after it.</summary>
public sealed class CacheCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Vectors_outlive_the_server_and_are_listed_carried_and_cleared()
    {
        var answers = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            await using var server = await ServerProgram.StartAsync("--data-dir", _folder.Path, "--cache-database", "true", "--cache-keep-texts");
            answers.Add(await EmbedAsync(server, "it outlives the server"));
            var metrics = await server.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
            Assert.Equal(run == 1, metrics.Contains("tier=\"database\"", StringComparison.Ordinal) && metrics.Split('\n').Any(line => line.StartsWith("quiver_cache_hits_total{tier=\"database\"}", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal)));
            server.Terminate();
            await server.EndAsync();
        }

        Assert.Equal(answers[0], answers[1]);
        var stats = await CacheAsync("stats");
        Assert.Contains(stats.OutputLines, line => line.StartsWith("database", StringComparison.Ordinal) && line.Contains("all-MiniLM-L6-v2", StringComparison.Ordinal));

        var export = await CacheAsync("export", "-");
        var kept = export.OutputLines.Single(line => line.Contains("it outlives the server", StringComparison.Ordinal));
        Assert.Equal(384 * 4, JsonDocument.Parse(kept).RootElement.GetProperty("vector").GetBytesFromBase64().Length);

        Assert.Equal(1, (await RunAsync("clear")).ExitCode);
        Assert.Matches("^database: [0-9]+ vectors forgotten", (await CacheAsync("clear", "--all")).Output);
        Assert.Empty((await CacheAsync("export", "-")).Output);

        var file = Path.Combine(_folder.Path, "vectors.jsonl");
        await File.WriteAllTextAsync(file, kept + "\n", TestContext.Current.CancellationToken);
        Assert.Equal("1 vectors read\n", (await CacheAsync("import", file)).Output);
        Assert.Equal(kept, (await CacheAsync("export", "-")).OutputLines.Single());

        foreach (var wrong in new[] { kept.Replace("outlives", "outlived", StringComparison.Ordinal), kept[..^20], "{}", kept.Replace("\"tokens\":", "\"tokens\":-", StringComparison.Ordinal) })
        {
            await File.WriteAllTextAsync(file, wrong + "\n", TestContext.Current.CancellationToken);
            var refused = await RunAsync("import", file);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("line 1", refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("outlive", refused.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Texts_of_a_file_are_computed_ahead_once_for_the_single_user_and_for_all()
    {
        var file = Path.Combine(_folder.Path, "texts.txt");
        await File.WriteAllTextAsync(file, "first\n\nsecond\n", TestContext.Current.CancellationToken);
        Assert.Equal("all-MiniLM-L6-v2: 2 texts, 2 computed\n", (await CacheAsync("seed", file)).Output);
        Assert.Equal("all-MiniLM-L6-v2: 2 texts, 0 computed\n", (await CacheAsync("seed", file)).Output);
        var lines = (await CacheAsync("export", "-")).OutputLines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["", "", null, null], lines.Select(line => line.GetProperty("tenant").GetString()).OrderByDescending(tenant => tenant is not null));
        Assert.All(lines, line => Assert.Equal(JsonValueKind.Null, line.GetProperty("text").ValueKind));
    }

    [Fact]
    public void Three_thousand_words_and_phrases_come_with_the_program_each_once()
    {
        var phrases = Server.Commands.CacheSeed.CommonPhrases();
        Assert.Equal((3000, 3000), (phrases.Length, phrases.Distinct(StringComparer.Ordinal).Count()));
    }

    [Fact]
    public async Task Administrators_see_what_is_cached_and_clear_it()
    {
        await using var server = await TestServer.StartAsync();
        await server.EmbedAsync("""{"model":"fake","input":["one thing","another thing"]}""");
        var shown = await server.GetAsync("/admin/cache");
        Assert.Equal(2, shown.Json.GetProperty("lines")[0].GetProperty("entries").GetInt32());

        Assert.Equal(400, (int)(await ClearAsync("?tennant=a")).Status);
        Assert.Equal(400, (int)(await ClearAsync("?tenant=a&shared=true")).Status);
        Assert.Equal(0, (await ClearAsync("?tenant=somebody")).Json.GetProperty("cleared").GetProperty("memory").GetInt32());
        Assert.Equal(0, (await ClearAsync("?older_than=3600")).Json.GetProperty("cleared").GetProperty("memory").GetInt32());
        Assert.Equal(2, (await ClearAsync("?model=fake")).Json.GetProperty("cleared").GetProperty("memory").GetInt32());

        Task<Answer> ClearAsync(string query) => server.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/admin/cache" + query));
    }

    private static async Task<string> EmbedAsync(ServerProgram server, string text)
    {
        using var content = new StringContent($$"""{"model":"all-MiniLM-L6-v2","input":"{{text}}"}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Client.PostAsync("/v1/embeddings", content, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task<QuiverRun> CacheAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }

    private Task<QuiverRun> RunAsync(params string[] arguments) => QuiverRun.Async(["cache", .. arguments, "--data-dir", _folder.Path, "--cache-database", "true"]);
}
