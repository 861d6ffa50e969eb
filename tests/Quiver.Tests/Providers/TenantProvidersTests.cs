using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Providers;
using Quiver.Secrets;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Tests.Providers;

/// <summary>From the row in the database to vectors of a stand-in provider, the whole way.</summary>
public sealed class TenantProvidersTests : IAsyncDisposable
{
    private readonly StandInProvider _standIn = new();
    private readonly ManualTime _time = new();
    private readonly EmbeddingService _service = new(new ModelDirectory([new WordEmbedder()]));
    private readonly ProviderClient _client;

    public TenantProvidersTests() => _client = new ProviderClient(_standIn.Network, new EndpointRule([]), _time);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_use_learns_the_width_and_later_ones_know_it()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        var providers = Providers(database.Database);
        Assert.Null(await providers.FindAsync("usr_1", TestEnd));
        await providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), verify: false, TestEnd);
        Assert.Empty(_standIn.Calls);

        var found = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => providers.FindAsync("usr_1", TestEnd).AsTask()));
        var elsewhere = await Providers(database.OpenAnother()).FindAsync("usr_1", TestEnd);

        Assert.All(found, provider => Assert.Equal(4, provider!.Width));
        Assert.Equal(4, elsewhere!.Width);
        Assert.Single(_standIn.Calls);
    }

    [Fact]
    public async Task A_change_is_seen_at_once_here_and_within_a_second_elsewhere()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        var (here, elsewhere) = (Providers(database.Database), Providers(database.OpenAnother()));
        await here.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), verify: true, TestEnd);
        var first = await elsewhere.FindAsync("usr_1", TestEnd);

        await here.SaveAsync("usr_1", Definition("""{"model":"other","input":"$TEXT"}"""), new ProviderKey("sk-1"), verify: true, TestEnd);

        Assert.NotEqual(first!.Identity.ToArray(), (await here.FindAsync("usr_1", TestEnd))!.Identity.ToArray());
        Assert.Same(first, await elsewhere.FindAsync("usr_1", TestEnd));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(first.Identity.ToArray(), (await elsewhere.FindAsync("usr_1", TestEnd))!.Identity.ToArray());
        await here.DeleteAsync("usr_1", TestEnd);
        Assert.Null(await here.FindAsync("usr_1", TestEnd));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await elsewhere.FindAsync("usr_1", TestEnd));
    }

    [Fact]
    public async Task One_that_does_not_answer_its_trial_is_not_saved()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        var providers = Providers(database.Database);
        _standIn.Answer = _ => StandInAnswer.Of("401 Unauthorized");

        var failed = await Assert.ThrowsAsync<QuiverException>(() => providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), verify: true, TestEnd));

        Assert.Equal(ErrorKind.ProviderFailed, failed.Kind);
        Assert.Null(await providers.ShowAsync("usr_1", TestEnd));
    }

    /// <summary>Defect 2: after the template's model changed, vectors of the old one came from the cache.</summary>
    [Fact]
    public async Task A_changed_template_gets_new_vectors()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        var providers = Providers(database.Database);
        _standIn.Answer = call => StandInAnswer.Json(call.Body.Contains("other", StringComparison.Ordinal) ? """{"data":[{"embedding":[2,2]}]}""" : """{"data":[{"embedding":[1,1]}]}""");
        await providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), verify: true, TestEnd);
        Assert.Equal("1 1", await EmbedAsync(providers, "a"));

        await providers.SaveAsync("usr_1", Definition("""{"model":"other","input":"$TEXT"}"""), new ProviderKey("sk-1"), verify: true, TestEnd);

        Assert.Equal("2 2", await EmbedAsync(providers, "a"));
    }

    [Fact]
    public async Task A_batch_of_a_provider_that_takes_lists_is_one_call()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        var providers = Providers(database.Database);
        await providers.SaveAsync("usr_1", Definition("""{"input":"{{texts}}"}""", "$.data[*].embedding"), new ProviderKey("sk-1"), verify: true, TestEnd);
        _standIn.Answer = _ => StandInAnswer.Json("""{"data":[{"index":1,"embedding":[0,0,0,2]},{"index":0,"embedding":[0,0,0,1]}]}""");

        var result = await _service.EmbedAsync(
            new EmbeddingRequest("fake", [new("one"), new("two"), new("one")]) { Tenant = "usr_1", Provider = await providers.FindAsync("usr_1", TestEnd), Normalize = false }, TestEnd);

        Assert.Equal("""{"input":["one","two"]}""", _standIn.Calls[^1].Body);
        Assert.Equal(2, _standIn.Calls.Count);
        Assert.Equal([1f, 2, 1], Enumerable.Range(0, 3).Select(i => result.Vector(i)[3]));
    }

    [Fact]
    public async Task Single_calls_of_a_batch_go_out_together_and_not_all_at_once()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        var providers = Providers(database.Database);
        await providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), verify: true, TestEnd);
        await _standIn.WaitForCallAsync();
        _standIn.Answer = _ => null;
        using var leave = new CancellationTokenSource();
        var batch = _service.EmbedAsync(
            new EmbeddingRequest("fake", [.. Enumerable.Range(0, 30).Select(i => new EmbeddingInput($"text {i}"))]) { Tenant = "usr_1", Provider = await providers.FindAsync("usr_1", TestEnd) },
            leave.Token);
        for (var i = 0; i < CallGate.MaxRunning; i++)
            await _standIn.WaitForCallAsync();

        Assert.Equal(1 + CallGate.MaxRunning, _standIn.Calls.Count);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => batch);
    }

    [Fact]
    public async Task A_provider_that_gave_no_width_is_left_alone_for_some_seconds_unless_it_is_saved_anew()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        var providers = Providers(database.Database);
        await providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), verify: false, TestEnd);
        _standIn.Answer = _ => StandInAnswer.Of("401 Unauthorized");
        Task<QuiverException> FailAsync() => Assert.ThrowsAsync<QuiverException>(() => providers.FindAsync("usr_1", TestEnd).AsTask());

        Assert.Equal(ErrorKind.ProviderFailed, (await FailAsync()).Kind);
        await FailAsync();
        Assert.Single(_standIn.Calls);
        _time.Advance(WidthProbes.Believed);
        await FailAsync();
        Assert.Equal(2, _standIn.Calls.Count);

        _standIn.Answer = _ => StandInAnswer.Json("""{"data":[{"embedding":[1,2]}]}""");
        await providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-2"), verify: false, TestEnd);
        Assert.Equal(2, (await providers.FindAsync("usr_1", TestEnd))!.Width);
    }

    [Fact]
    public async Task A_probe_that_hangs_keeps_no_other_tenant_waiting_and_outlives_who_began_it()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        var providers = Providers(database.Database);
        await providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), verify: false, TestEnd);
        _standIn.Answer = _ => null;
        using var leave = new CancellationTokenSource();
        var first = providers.FindAsync("usr_1", leave.Token).AsTask();
        await _standIn.WaitForCallAsync();
        _standIn.Answer = _ => StandInAnswer.Json("""{"data":[{"embedding":[1,2]}]}""");

        // More tenants than any number of shared turns would tell apart.
        for (var i = 2; i < 200; i++)
        {
            await providers.SaveAsync($"usr_{i}", Definition(), new ProviderKey("sk-1"), verify: false, TestEnd);
            Assert.Equal(2, (await providers.FindAsync($"usr_{i}", TestEnd))!.Width);
        }

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = providers.FindAsync("usr_1", TestEnd).AsTask();
        _time.Advance(ProviderClient.Deadline);
        Assert.Equal(ErrorKind.ProviderFailed, (await Assert.ThrowsAsync<QuiverException>(() => second)).Kind);
        Assert.Equal(199, _standIn.Calls.Count);
    }

    [Fact]
    public async Task A_trial_waits_its_turn_behind_the_tenants_other_calls_also_after_the_provider_was_saved_anew()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        var providers = Providers(database.Database);
        await providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), verify: true, TestEnd);
        await _standIn.WaitForCallAsync();
        _standIn.Answer = call => call.Body.Contains("hangs", StringComparison.Ordinal) ? null : StandInAnswer.Json("""{"data":[{"embedding":[1,2,3,4]}]}""");
        using var leave = new CancellationTokenSource();
        var provider = await providers.FindAsync("usr_1", TestEnd);
        var hanging = Enumerable.Range(0, CallGate.MaxRunning).Select(i => provider!.EmbedAsync([$"hangs {i}"], leave.Token)).ToArray();
        for (var i = 0; i < CallGate.MaxRunning; i++)
            await _standIn.WaitForCallAsync();

        await providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-2"), verify: false, TestEnd);
        var trial = providers.SaveAsync("usr_1", Definition(), new ProviderKey("sk-3"), verify: true, TestEnd);
        await providers.SaveAsync("usr_2", Definition(), new ProviderKey("sk-4"), verify: true, TestEnd);
        Assert.Equal("Bearer sk-4", _standIn.Calls[^1].Headers["Authorization"]);
        Assert.Equal(1 + CallGate.MaxRunning + 1, _standIn.Calls.Count);
        Assert.False(trial.IsCompleted);

        await leave.CancelAsync();
        await trial;
        Assert.Equal("Bearer sk-3", _standIn.Calls[^1].Headers["Authorization"]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(hanging));
    }

    public async ValueTask DisposeAsync()
    {
        await _standIn.DisposeAsync();
        _client.Dispose();
        _service.Dispose();
    }

    private static ProviderDefinition Definition(string template = """{"model":"m","input":"{{text}}"}""", string path = "$.data[0].embedding") =>
        ProviderDefinition.Of(new EndpointRule([]), "openai", "https://api.openai.com/v1/embeddings", template, path, null);

    private static readonly KeyRing Keys = new([FernetKey.Generate()]);

    private TenantProviders Providers(Database database) =>
        new(new ProviderStore(database, new SecretBox(Keys, TimeProvider.System), TimeProvider.System), _client, _time);

    private async Task<string> EmbedAsync(TenantProviders providers, string text)
    {
        var request = new EmbeddingRequest("fake", [new EmbeddingInput(text)]) { Tenant = "usr_1", Provider = await providers.FindAsync("usr_1", TestEnd), Normalize = false };
        return string.Join(' ', (await _service.EmbedAsync(request, TestEnd)).Vector(0).ToArray());
    }
}
