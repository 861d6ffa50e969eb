using Quiver.Limits;

namespace Quiver.Tests.Limits;

public sealed class MemoryRateCounterTests : RateCounterConformance
{
    private static readonly RateWindow[] PerAddress = [new(RateUnit.Requests, RatePeriod.Minute, RateScope.Address, 2)];

    [Fact]
    public async Task Callers_from_ever_new_addresses_take_no_more_room_than_there_is()
    {
        var counter = new MemoryRateCounter(Clock, maxCounters: 640);
        for (var i = 0; i < 20_000; i++)
            await CallFromAsync(counter, $"198.51.100.{i}");

        Assert.InRange(counter.Count, 1, 640);
    }

    [Fact]
    public async Task What_is_over_makes_room_before_what_is_not()
    {
        var counter = new MemoryRateCounter(Clock, maxCounters: 64);
        for (var i = 0; i < 1000; i++)
            await CallFromAsync(counter, $"old {i}");
        Clock.Now += TimeSpan.FromMinutes(2);
        await CallFromAsync(counter, "new");
        await CallFromAsync(counter, "new");

        Assert.False(await CallFromAsync(counter, "new"));
    }

    private protected override ValueTask<IRateCounter> CreateAsync() => ValueTask.FromResult<IRateCounter>(new MemoryRateCounter(Clock));

    private static async Task<bool> CallFromAsync(MemoryRateCounter counter, string address)
    {
        var subject = new RateSubject("", null, address);
        var charge = new CounterCharge(subject.IdOf(PerAddress[0]), WindowRule.Of(PerAddress[0], PerAddress), WindowRule.Unit);
        return (await counter.ChargeAsync([charge], TestContext.Current.CancellationToken)).Granted;
    }
}
