using Dapper;
using Quiver.Diagnostics;
using Quiver.Providers;
using Quiver.Secrets;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Tests.Providers;

public sealed class ProviderStoreTests
{
    private static readonly KeyRing Keys = new([FernetKey.Generate()]);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory, EveryEngine]
    public async Task A_provider_is_found_by_its_tenant_alone(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        var store = Store(database);

        var id = await store.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), null, TestEnd);

        Assert.Matches("^prov_[0-9a-f]{24}$", id);
        var found = await store.FindAsync("usr_1", TestEnd);
        Assert.NotNull(found);
        Assert.Equal((id, "usr_1", 1L, null), (found.Id, found.Tenant, found.Version, found.Width));
        Assert.Equal("sk-1", store.Open(found).Reveal());
        Assert.Equal(Definition().Identity(4), found.Definition.Identity(4));
        Assert.Null(await store.FindAsync("usr_2", TestEnd));
        Assert.False(await store.DeleteAsync("usr_2", TestEnd));
        Assert.True(await store.DeleteAsync("usr_1", TestEnd));
        Assert.Null(await store.FindAsync("usr_1", TestEnd));
    }

    [Theory, EveryEngine]
    public async Task A_second_one_takes_the_place_of_the_first_and_keeps_its_id(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        var store = Store(database);
        var id = await store.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), 4, TestEnd);

        // Another key and name: the same vectors, and their width stays known.
        Assert.Equal(id, await store.SaveAsync("usr_1", Definition(name: "renamed"), new ProviderKey("sk-2"), null, TestEnd));
        var renamed = await store.FindAsync("usr_1", TestEnd);
        Assert.Equal(("renamed", 2L, 4), (renamed!.Definition.Name, renamed.Version, renamed.Width));
        Assert.Equal("sk-2", store.Open(renamed).Reveal());

        // Another template: nobody knows what it gives.
        await store.SaveAsync("usr_1", Definition(template: """{"model":"other","input":"$TEXT"}"""), new ProviderKey("sk-2"), null, TestEnd);
        Assert.Null((await store.FindAsync("usr_1", TestEnd))!.Width);
    }

    [Theory, EveryEngine]
    public async Task The_width_is_kept_unless_the_provider_was_changed_meanwhile(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        var store = Store(database);
        await store.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), null, TestEnd);
        var before = (await store.FindAsync("usr_1", TestEnd))!;
        await store.SaveAsync("usr_1", Definition(path: "$.other"), new ProviderKey("sk-1"), null, TestEnd);

        await store.KeepWidthAsync(before, 4, TestEnd);
        Assert.Null((await store.FindAsync("usr_1", TestEnd))!.Width);
        await store.KeepWidthAsync((await store.FindAsync("usr_1", TestEnd))!, 8, TestEnd);
        Assert.Equal(8, (await store.FindAsync("usr_1", TestEnd))!.Width);
    }

    [Theory, EveryEngine]
    public async Task Many_who_save_at_once_leave_one_row_that_opens(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        var store = Store(database);

        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => store.SaveAsync("usr_1", Definition(), new ProviderKey($"sk-{i}"), null, TestEnd)));

        Assert.Single(ids.Distinct());
        var kept = (await store.FindAsync("usr_1", TestEnd))!;
        Assert.Equal(10, kept.Version);
        Assert.StartsWith("sk-", store.Open(kept).Reveal(), StringComparison.Ordinal);
    }

    [Theory, EveryEngine]
    public async Task A_sealed_key_that_was_copied_to_another_tenant_s_row_does_not_open(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        var store = Store(database);
        await store.SaveAsync("usr_1", Definition(), new ProviderKey("sk-1"), null, TestEnd);
        await store.SaveAsync("usr_2", Definition(), new ProviderKey("sk-2"), null, TestEnd);
        await database.Database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "UPDATE providers SET api_key = (SELECT api_key FROM providers WHERE tenant = 'usr_1') WHERE tenant = 'usr_2'", transaction: transaction),
            TestEnd);

        var stolen = (await store.FindAsync("usr_2", TestEnd))!;

        Assert.Equal(ErrorKind.ProviderFailed, Assert.Throws<QuiverException>(() => store.Open(stolen)).Kind);
    }

    [Theory, EveryEngine]
    public async Task The_key_stands_nowhere_in_the_row(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        await Store(database).SaveAsync("usr_1", Definition(), new ProviderKey("sk-canary-4711"), null, TestEnd);

        var row = await database.Database.ReadAsync(connection => connection.QuerySingleAsync("SELECT * FROM providers"), TestEnd);

        Assert.DoesNotContain("canary", string.Join('\n', ((IDictionary<string, object>)row).Values), StringComparison.Ordinal);
    }

    /// <summary>Defect 7: every installation derived its key with one salt.</summary>
    [Theory, EveryEngine]
    public async Task A_text_is_stretched_with_a_salt_of_this_installation_s_own(SqlEngine engine)
    {
        await using var one = await TestDatabase.CreateAsync(engine);
        await using var other = await TestDatabase.CreateAsync(engine);
        const string Text = "a text that is no key";

        var first = await EncryptionKeys.RingAsync([Text], one.Database, TestEnd);
        var again = await EncryptionKeys.RingAsync([Text], one.OpenAnother(), TestEnd);
        var elsewhere = await EncryptionKeys.RingAsync([Text], other.Database, TestEnd);

        Assert.Equal(first.First.Fingerprint, again.First.Fingerprint);
        Assert.NotEqual(first.First.Fingerprint, elsewhere.First.Fingerprint);
        Assert.NotEqual(SecretDerivation.OfEmbedCache(Text).Fingerprint, first.First.Fingerprint);
    }

    private static ProviderStore Store(TestDatabase database) => new(database.Database, new SecretBox(Keys, TimeProvider.System), TimeProvider.System);

    private static ProviderDefinition Definition(string name = "openai", string template = """{"model":"m","input":"{{text}}"}""", string path = "$.data[0].embedding") =>
        ProviderDefinition.Of(new EndpointRule([]), name, "https://api.openai.com/v1/embeddings", template, path, null);
}
