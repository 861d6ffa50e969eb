using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Storage;
using Quiver.Storage.Migrations;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

/// <summary>The search over a tenant's own cached vectors.</summary>
public sealed class CacheSearchTests
{
    private readonly WordEmbedder _model = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory, EveryEngine]
    public async Task The_nearest_of_all_that_memory_and_the_database_hold_are_found_each_once(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine, MigrationSet.Cache);
        // Memory has room for some of them: the others are in the database alone.
        await using var service = Service(new DatabaseTier(test.Database, new DatabaseTierOptions(), TimeProvider.System), memory: 20_000);
        // Of different words, so that no two vectors are equally near.
        var texts = Enumerable.Range(0, 1000).DistinctBy(i => WordEmbedder.IdOf($"{i}")).Select(i => $"text {i}").ToList();
        foreach (var batch in texts.Chunk(100))
            await service.EmbedAsync(Request("a", batch) with { KeepTexts = true }, TestEnd);
        await service.EmbedAsync(Request("b", ["text 1", "other"]), TestEnd);
        await service.Cache.FlushAsync(TestEnd);
        Assert.InRange(service.Cache.Memory.Count, 1, 200);

        var query = _model.VectorOf(_model.Tokenize("what is near"));
        var found = await service.SearchCacheAsync(new CacheSearch("fake", query) { Tenant = "a", Count = 20 }, TestEnd);
        var expected = texts.Select(text => (Text: text, Score: Cosine(query, _model.VectorOf(_model.Tokenize(text))))).OrderByDescending(pair => pair.Score).Take(20).ToList();
        Assert.Equal(expected.Select(pair => pair.Text), found.Select(match => match.Text));
        Assert.Equal(expected.Select(pair => pair.Score), found.Select(match => match.Score), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(20, found.Select(match => match.Key).Distinct().Count());

        Assert.Equal(expected.Count(pair => pair.Score >= 0.5), (await service.SearchCacheAsync(new CacheSearch("fake", query) { Tenant = "a", Count = 20, MinScore = 0.5 }, TestEnd)).Count);
        var others = await service.SearchCacheAsync(new CacheSearch("fake", query) { Tenant = "b", Count = 20 }, TestEnd);
        Assert.Equal(2, others.Count);
        Assert.All(others, match => Assert.Null(match.Text));
        Assert.Empty(await service.SearchCacheAsync(new CacheSearch("fake", query) { Tenant = "" }, TestEnd));
        Assert.Empty(await service.SearchCacheAsync(new CacheSearch("fake", query) { Tenant = "a", Prompt = "other " }, TestEnd));
    }

    [Fact]
    public async Task Without_a_database_memory_is_searched()
    {
        await using var service = Service(null, memory: 1 << 20);
        await service.EmbedAsync(Request("a", ["one", "two"]), TestEnd);
        var found = await service.SearchCacheAsync(new CacheSearch("fake", _model.VectorOf(_model.Tokenize("two"))) { Tenant = "a", Count = 1 }, TestEnd);
        Assert.Equal(1, Assert.Single(found).Score, 1e-9);
    }

    [Fact]
    public async Task A_query_of_another_width_or_not_finite_is_refused()
    {
        await using var service = Service(null, memory: 1 << 20);
        foreach (var query in new[] { new float[7], [1, 2, 3, 4, 5, 6, 7, float.NaN] })
        {
            var error = await Assert.ThrowsAsync<QuiverException>(() => service.SearchCacheAsync(new CacheSearch("fake", query), TestEnd));
            Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        }
    }

    private EmbeddingService Service(DatabaseTier? database, long memory) => new(
        new ModelDirectory([_model]),
        new EmbeddingServiceOptions(),
        new TieredCache(new TieredCacheOptions { Memory = new MemoryTierOptions { MaxBytes = memory } }, database is null ? [] : [database]));

    private static EmbeddingRequest Request(string tenant, IEnumerable<string> texts) => new("fake", [.. texts.Select(text => new EmbeddingInput(text))]) { Tenant = tenant };

    private static double Cosine(float[] a, float[] b) => Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
