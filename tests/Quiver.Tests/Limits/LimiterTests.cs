using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Limits;
using Quiver.Tests.Support;

namespace Quiver.Tests.Limits;

public sealed class LimiterTests
{
    private static readonly RateWindow[] ThreeItemsADay = [new(RateUnit.Items, RatePeriod.Day, RateScope.Tenant, 3)];

    private readonly WallClock _clock = new();

    private readonly Limiter _limiter;

    public LimiterTests() => _limiter = new Limiter(_clock);

    [Fact]
    public void A_plan_without_windows_costs_no_object() => Assert.Null(_limiter.Begin(new RateSubject("t", "k", "a"), [], 0));

    [Fact]
    public async Task Hits_are_free()
    {
        using var service = Service();
        for (var i = 0; i < 10; i++)
            await EmbedAsync(service, ThreeItemsADay, 0, "one text", "another");

        var charge = await EmbedAsync(service, ThreeItemsADay, 0, "a third");
        Assert.Equal(0, charge.Standings[0].Remaining);
        await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(service, ThreeItemsADay, 0, "a fourth"));
    }

    [Fact]
    public async Task Hits_count_what_the_plan_says()
    {
        using var service = Service();
        await EmbedAsync(service, ThreeItemsADay, 0.5, "half price");
        await EmbedAsync(service, ThreeItemsADay, 0.5, "half price");
        await EmbedAsync(service, ThreeItemsADay, 0.5, "half price");
        var charge = await EmbedAsync(service, ThreeItemsADay, 0.5, "half price", "half price");

        Assert.Equal(0, charge.Standings[0].Remaining);
        await EmbedAsync(service, ThreeItemsADay, 0, "half price");
        await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(service, ThreeItemsADay, 0.5, "half price", "half price"));
    }

    [Fact]
    public async Task A_text_that_stands_twice_in_a_request_is_computed_and_charged_once()
    {
        using var service = Service();
        var charge = await EmbedAsync(service, ThreeItemsADay, 0, "same", "same", "same", "same");
        Assert.Equal(2, charge.Standings[0].Remaining);
    }

    [Fact]
    public async Task A_batch_over_the_limit_is_refused_as_a_whole_and_nothing_of_it_is_computed()
    {
        var model = new WordEmbedder();
        var computed = 0;
        model.OnEmbed = inputs => Interlocked.Add(ref computed, inputs.Length);
        using var service = new EmbeddingService(new ModelDirectory([model]));
        await EmbedAsync(service, ThreeItemsADay, 0, "first", "second");

        var refused = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(service, ThreeItemsADay, 0, "third", "fourth"));

        Assert.Equal(ErrorKind.QuotaExceeded, refused.Kind);
        Assert.Equal(2, computed);
        Assert.Equal(0, (await EmbedAsync(service, ThreeItemsADay, 0, "fifth")).Standings[0].Remaining);
    }

    [Fact]
    public async Task A_refusal_says_which_limit_and_when_it_is_free()
    {
        using var service = Service();
        await EmbedAsync(service, ThreeItemsADay, 0, "a", "b", "c");
        _clock.Now = new DateTimeOffset(2026, 3, 14, 23, 58, 30, TimeSpan.Zero);

        var refused = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(service, ThreeItemsADay, 0, "d"));

        Assert.Equal(TimeSpan.FromSeconds(90), refused.RetryAfter);
        Assert.Equal(new ExceededLimit(3, "items", "day", new DateTimeOffset(2026, 3, 15, 0, 0, 0, TimeSpan.Zero)), refused.Limit);
        _clock.Now += refused.RetryAfter!.Value;
        await EmbedAsync(service, ThreeItemsADay, 0, "d");
    }

    [Fact]
    public async Task More_than_a_window_ever_allows_is_no_matter_of_waiting()
    {
        using var service = Service();
        var refused = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(service, ThreeItemsADay, 0, "a", "b", "c", "d"));

        Assert.Equal(ErrorKind.RequestTooLarge, refused.Kind);
        Assert.Null(refused.RetryAfter);
    }

    [Fact]
    public async Task The_callers_own_errors_cost_nothing()
    {
        using var service = Service();
        var tooLong = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"w{i}"));
        for (var i = 0; i < 5; i++)
            Assert.Equal(ErrorKind.InputTooLong, (await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(service, ThreeItemsADay, 0, tooLong))).Kind);

        Assert.Equal(2, (await EmbedAsync(service, ThreeItemsADay, 0, "short")).Standings[0].Remaining);
    }

    [Fact]
    public async Task A_refund_gives_back_what_the_whole_request_took_and_only_once()
    {
        using var service = Service();
        var charge = Begin(ThreeItemsADay, 0);
        await service.EmbedAsync(Request("one") with { Charge = charge }, TestContext.Current.CancellationToken);
        await service.EmbedAsync(Request("two") with { Charge = charge }, TestContext.Current.CancellationToken);
        await charge.RefundAsync(TestContext.Current.CancellationToken);
        await charge.RefundAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, (await EmbedAsync(service, ThreeItemsADay, 0, "three")).Standings[0].Remaining);
    }

    [Fact]
    public async Task A_request_of_several_computations_is_one_request()
    {
        RateWindow[] plan = [new(RateUnit.Requests, RatePeriod.Minute, RateScope.Tenant, 10), new(RateUnit.Tokens, RatePeriod.Minute, RateScope.Tenant, 1000)];
        using var service = Service();
        var charge = Begin(plan, 0);
        foreach (var text in new[] { "first of them", "second", "third" })
            await service.EmbedAsync(Request(text) with { Charge = charge }, TestContext.Current.CancellationToken);

        Assert.Equal([9, 1000 - (3 + 1 + 1) - (3 * 2)], charge.Standings.Select(standing => standing.Remaining));
    }

    [Fact]
    public async Task Token_vectors_are_charged_too()
    {
        using var service = Service();
        var charge = Begin(ThreeItemsADay, 0);
        await service.EmbedTokensAsync(Request("token vectors") with { Charge = charge }, TestContext.Current.CancellationToken);
        Assert.Equal(2, charge.Standings[0].Remaining);
    }

    private static EmbeddingService Service() => new(new ModelDirectory([new WordEmbedder()]));

    private static EmbeddingRequest Request(params string[] texts) => new("fake", [.. texts.Select(text => new EmbeddingInput(text))]);

    private RequestCharge Begin(RateWindow[] windows, double hitCost) => _limiter.Begin(new RateSubject("tenant", "key", "203.0.113.7"), windows, hitCost)!;

    private async Task<RequestCharge> EmbedAsync(EmbeddingService service, RateWindow[] windows, double hitCost, params string[] texts)
    {
        var charge = Begin(windows, hitCost);
        await service.EmbedAsync(Request(texts) with { Charge = charge }, TestContext.Current.CancellationToken);
        return charge;
    }
}
