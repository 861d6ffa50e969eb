using Quiver.Caching;
using Quiver.Embedding;
using Quiver.Tests.Caching;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

/// <summary>Whose vectors a request may get, and what it learns of others (reliability §2.9; defects 1, 2, 3 and 29 of other services' caches).</summary>
public sealed class SharedLineTests : IAsyncDisposable
{
    private readonly FakeTier _below = new();
    private readonly WordEmbedder _model = new(maxTokens: 12) { Prompts = new Dictionary<string, string> { ["query"] = "query ", ["document"] = "document " } };
    private readonly WordEmbedder _provider = new("provider") { IsLocal = false };
    private readonly EmbeddingService _service;
    private int _runs;

    public SharedLineTests()
    {
        _model.OnEmbed = inputs => Interlocked.Add(ref _runs, inputs.Length);
        _provider.OnEmbed = _model.OnEmbed;
        _service = Service("");
    }

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_shared_vector_is_computed_once_for_tenants_who_both_opted_in_and_cached_tells_each_his_own_history()
    {
        Assert.Equal(InputSource.Computed, (await EmbedAsync("a", "text", shared: true)).Source(0));
        var other = await EmbedAsync("b", "text", shared: true);
        Assert.Equal((InputSource.Public, false, 1), (other.Source(0), other.Cached(0), _runs));
        Assert.Equal(_model.UnitVectorOf("text"), other.Vector(0));

        // From now on it is b's own, whether he opts in or not.
        Assert.True((await EmbedAsync("b", "text", shared: true)).Cached(0));
        Assert.True((await EmbedAsync("b", "text", shared: false)).Cached(0));
        Assert.Equal(1, _runs);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_vector_is_not_shared_unless_both_opted_in(bool writer, bool reader)
    {
        await EmbedAsync("a", "text", writer);
        var other = await EmbedAsync("b", "text", reader);
        Assert.Equal((InputSource.Computed, 2), (other.Source(0), _runs));
    }

    [Fact]
    public async Task The_shared_line_is_found_below_memory_too_in_the_same_round()
    {
        await EmbedAsync("a", "text", shared: true);
        await _service.Cache.FlushAsync(TestEnd);
        await _service.Cache.Memory.ClearAsync(new CacheFilter(), TestEnd);
        var finds = _below.Finds;

        var other = await EmbedAsync("b", "text", shared: true);
        Assert.Equal((InputSource.Public, 1, finds + 1), (other.Source(0), _runs, _below.Finds));
        await _service.Cache.FlushAsync(TestEnd);
        await _service.Cache.Memory.ClearAsync(new CacheFilter(), TestEnd);
        Assert.True((await EmbedAsync("b", "text", shared: true)).Cached(0));
    }

    [Fact]
    public async Task A_tenants_own_vector_comes_before_the_shared_one()
    {
        await EmbedAsync("a", "text", shared: true);
        await EmbedAsync("b", "text", shared: false);
        Assert.True((await EmbedAsync("b", "text", shared: true)).Cached(0));
    }

    [Fact]
    public async Task What_a_tenants_private_request_left_does_not_become_shared_by_asking_again()
    {
        await EmbedAsync("a", "text", shared: false);
        await EmbedAsync("a", "text", shared: true);
        Assert.Equal(InputSource.Computed, (await EmbedAsync("b", "text", shared: true)).Source(0));
    }

    [Fact]
    public async Task Defect_1_texts_that_differ_in_case_blanks_or_composition_have_vectors_of_their_own()
    {
        string[] texts = ["Text", "text", " text", "text ", "text  x", "text x", "\u00e9", "e\u0301", "te\u0000xt"];
        foreach (var shared in new[] { false, true })
        {
            foreach (var text in texts)
                Assert.Equal(InputSource.Computed, (await EmbedAsync($"tenant {shared}", text + shared, shared)).Source(0));
        }

        Assert.Equal(2 * texts.Length, _runs);
    }

    [Fact]
    public async Task Defect_2_a_providers_vector_is_never_shared_whatever_the_request_says_and_a_changed_model_is_another_line()
    {
        var planted = await EmbedAsync("attacker", "text", shared: true, model: "provider");
        Assert.Equal(InputSource.Computed, planted.Source(0));
        Assert.Equal(InputSource.Computed, (await EmbedAsync("victim", "text", shared: true, model: "provider")).Source(0));
        await _service.Cache.FlushAsync(TestEnd);
        Assert.DoesNotContain(_below.Entries.Values, addition => addition.Entry.Line.Tenant is null);

        await using var renewed = Service("2.0.0");
        Assert.Equal(InputSource.Computed, (await renewed.EmbedAsync(Request("attacker", "text", true, "provider"), TestEnd)).Source(0));
    }

    [Fact]
    public async Task Defect_3_prompt_and_model_are_in_the_key_and_dimensions_are_derived()
    {
        var request = Request("a", "text", true, "fake");
        var whole = await _service.EmbedAsync(request, TestEnd);
        foreach (var other in new[] { request with { Prompt = "query " }, request with { Prompt = "document " }, request with { Model = "provider" } })
            Assert.Equal(InputSource.Computed, (await _service.EmbedAsync(other, TestEnd)).Source(0));

        var half = await _service.EmbedAsync(request with { Dimensions = 4 }, TestEnd);
        Assert.True(half.Cached(0));
        Assert.Equal(_model.UnitVectorOf("text", 4), half.Vector(0));
        Assert.Equal(8, whole.Vector(0).Length);
    }

    [Fact]
    public async Task Defect_29_a_text_that_spells_another_tenant_model_or_prompt_finds_nothing_of_theirs()
    {
        await EmbedAsync("a", "secret text", shared: false);
        await _service.EmbedAsync(Request("a", "text", false, "fake") with { Prompt = "query " }, TestEnd);
        foreach (var (tenant, text) in new[] { ("", "a|secret text"), ("a|secret", "text"), ("a", "secret text|fake"), ("a", "fake:secret text"), ("a", "query text"), ("asecret", " text"), ("a\0secret", "text") })
            Assert.Equal(InputSource.Computed, (await EmbedAsync(tenant, text, shared: false)).Source(0));
    }

    [Fact]
    public async Task Texts_reach_the_lowest_tier_only_where_the_request_says_so()
    {
        await EmbedAsync("a", "kept", shared: true, keepTexts: true);
        await EmbedAsync("a", "not kept", shared: true);
        await _service.Cache.FlushAsync(TestEnd);
        Assert.Equal(["kept"], _below.Entries.Values.Select(addition => addition.Text).OfType<string>());
        Assert.All(_below.Entries.Values.Where(addition => addition.Entry.Line.Tenant is null), addition => Assert.Null(addition.Text));
    }

    [Fact]
    public async Task With_float16_an_answer_is_the_same_from_the_model_from_memory_and_from_below()
    {
        var options = new TieredCacheOptions { Element = StoredElement.Float16 };
        await using var service = new EmbeddingService(new ModelDirectory([_model]), new EmbeddingServiceOptions(), new TieredCache(options, [_below]));
        var request = Request("a", "one third of it", false, "fake") with { Normalize = false };
        var computed = (await service.EmbedAsync(request, TestEnd)).Vector(0).ToArray();
        Assert.All(computed, element => Assert.Equal((float)(Half)element, element));
        Assert.NotEqual(_model.VectorOf(_model.Tokenize("one third of it")), computed);
        var cached = await service.EmbedAsync(request, TestEnd);
        Assert.True(cached.Cached(0));
        Assert.Equal(computed, cached.Vector(0));
        // And it is another line than that of float32.
        Assert.Equal(InputSource.Computed, (await EmbedAsync("a", "one third of it", false)).Source(0));
    }

    private EmbeddingService Service(string version) => new(
        new ModelDirectory([_model, _provider]), new EmbeddingServiceOptions { CacheVersion = version }, new TieredCache(new TieredCacheOptions(), [_below]));

    private static EmbeddingRequest Request(string tenant, string text, bool shared, string model) =>
        new(model, [new EmbeddingInput(text)]) { Tenant = tenant, Shared = shared };

    private Task<EmbeddingResult> EmbedAsync(string tenant, string text, bool shared, string model = "fake", bool keepTexts = false) =>
        _service.EmbedAsync(Request(tenant, text, shared, model) with { KeepTexts = keepTexts }, TestEnd);
}
