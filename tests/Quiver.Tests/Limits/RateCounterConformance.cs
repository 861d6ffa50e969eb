using Quiver.Limits;

namespace Quiver.Tests.Limits;

/// <summary>What every <see cref="IRateCounter"/> does, wherever it keeps its counts.</summary>
public abstract class RateCounterConformance
{
    private static readonly RateWindow[] SlidingAndCalendar =
    [
        new(RateUnit.Items, RatePeriod.Second, RateScope.Tenant, 7),
        new(RateUnit.Items, RatePeriod.Minute, RateScope.Key, 40),
        new(RateUnit.Items, RatePeriod.Hour, RateScope.Tenant, 300),
        new(RateUnit.Items, RatePeriod.Day, RateScope.Tenant, 900),
        new(RateUnit.Items, RatePeriod.Month, RateScope.Tenant, 4000),
    ];

    private static readonly RateWindow[] WithBurst =
    [
        new(RateUnit.Requests, RatePeriod.Burst, RateScope.KeyAndAddress, 10),
        new(RateUnit.Requests, RatePeriod.Minute, RateScope.KeyAndAddress, 60),
        new(RateUnit.Requests, RatePeriod.Hour, RateScope.KeyAndAddress, 1000),
    ];

    private protected WallClock Clock { get; } = new();

    /// <summary>Random steps in each property test; a counter behind a network takes fewer.</summary>
    protected virtual int Steps => 4000;

    /// <summary>An empty counter on <see cref="Clock"/>.</summary>
    private protected abstract ValueTask<IRateCounter> CreateAsync();

    [Fact]
    public Task Sliding_and_calendar_windows_allow_what_their_definitions_do() => AgreeWithSimulatorAsync(SlidingAndCalendar, refunds: true, maxUnits: 12);

    [Fact]
    public Task A_bucket_allows_what_its_definition_does() => AgreeWithSimulatorAsync(WithBurst, refunds: false, maxUnits: 3);

    [Fact]
    public async Task A_charge_that_one_window_refuses_moves_none()
    {
        var counter = await CreateAsync();
        RateWindow[] plan = [new(RateUnit.Requests, RatePeriod.Minute, RateScope.Tenant, 100), new(RateUnit.Requests, RatePeriod.Hour, RateScope.Tenant, 5)];

        Assert.True((await ChargeAsync(counter, plan, "refused", 4)).Granted);
        var refused = await ChargeAsync(counter, plan, "refused", 2);

        Assert.False(refused.Granted);
        Assert.Equal([96, 1], refused.Standings.Select(standing => standing.Remaining));
        Assert.Equal([96, 1], (await ChargeAsync(counter, plan, "refused", 0)).Standings.Select(standing => standing.Remaining));
        Assert.Equal(TimeSpan.Zero, refused.Standings[0].Wait);
        Assert.True(refused.Standings[1].Wait > TimeSpan.FromMinutes(59));
    }

    [Fact]
    public async Task What_does_not_fit_fits_after_the_wait_that_was_told_and_not_before()
    {
        var counter = await CreateAsync();
        RateWindow[][] plans = [SlidingAndCalendar, WithBurst];
        foreach (var (number, plan) in plans.Index())
        {
            for (var i = 0; i < 40; i++)
            {
                var outcome = await ChargeAsync(counter, plan, $"waiting {number}", 1);
                if (outcome.Granted)
                    continue;
                var wait = outcome.Standings.Max(standing => standing.Wait)!.Value;
                Clock.Now += wait - TimeSpan.FromMicroseconds(1);
                Assert.False((await ChargeAsync(counter, plan, $"waiting {number}", 1)).Granted);
                Clock.Now += TimeSpan.FromMicroseconds(1);
                Assert.True((await ChargeAsync(counter, plan, $"waiting {number}", 1)).Granted);
            }
        }
    }

    [Fact]
    public async Task Fifty_tenants_at_their_limits_at_once_get_exactly_that_much()
    {
        var counter = await CreateAsync();
        RateWindow[] plan = [new(RateUnit.Items, RatePeriod.Day, RateScope.Tenant, 20), new(RateUnit.Items, RatePeriod.Hour, RateScope.Address, 50 * 20)];
        var granted = new int[50];
        await Parallel.ForEachAsync(Enumerable.Range(0, 50 * 30), new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = TestContext.Current.CancellationToken }, async (i, cancellation) =>
        {
            if ((await counter.ChargeAsync(Charges(plan, new RateSubject($"tenant {i % 50}", "key", "203.0.113.9"), 1), cancellation)).Granted)
                Interlocked.Increment(ref granted[i % 50]);
        });

        Assert.All(granted, count => Assert.Equal(20, count));
        var left = await counter.ChargeAsync(Charges(plan, new RateSubject("tenant 7", "key", "203.0.113.9"), 0), TestContext.Current.CancellationToken);
        Assert.Equal([0, 0], left.Standings.Select(standing => standing.Remaining));
    }

    [Fact]
    public async Task Charges_and_refunds_at_once_leave_their_difference()
    {
        var counter = await CreateAsync();
        RateWindow[] plan = [new(RateUnit.Tokens, RatePeriod.Month, RateScope.Tenant, 1_000_000), new(RateUnit.Tokens, RatePeriod.Minute, RateScope.Key, 1_000_000)];
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (i, cancellation) =>
        {
            var charges = Charges(plan, Subject("both"), 3);
            var outcome = await counter.ChargeAsync(charges, cancellation);
            if (i % 4 == 0)
                await counter.RefundAsync(charges, outcome, cancellation);
        });

        Assert.Equal([999_100, 999_100], (await ChargeAsync(counter, plan, "both", 0)).Standings.Select(standing => standing.Remaining));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(48)]
    [InlineData(-48)]
    [InlineData(24 * 40)]
    public async Task A_clock_that_jumps_and_comes_back_locks_nobody_out_longer_than_a_window(int hours)
    {
        var counter = await CreateAsync();
        foreach (var period in Enum.GetValues<RatePeriod>())
        {
            RateWindow[] plan = [new(RateUnit.Requests, period, RateScope.Tenant, 5)];
            var subject = $"jump {hours} {period}";
            await ChargeAsync(counter, plan, subject, 2);
            Clock.Now += TimeSpan.FromHours(hours);
            await ChargeAsync(counter, plan, subject, 2);
            Clock.Now -= TimeSpan.FromHours(hours);
            await ChargeAsync(counter, plan, subject, 1);

            Clock.Now = EndOf(period, Clock.Now);
            Assert.True((await ChargeAsync(counter, plan, subject, 5)).Granted, $"{period}");
        }
    }

    [Fact]
    public async Task A_refund_that_comes_late_gives_nothing_back_twice()
    {
        var counter = await CreateAsync();
        foreach (var period in Enum.GetValues<RatePeriod>())
        {
            RateWindow[] plan = [new(RateUnit.Requests, period, RateScope.Tenant, 5)];
            var charges = Charges(plan, Subject($"late {period}"), 3);
            var first = await counter.ChargeAsync(charges, TestContext.Current.CancellationToken);
            Clock.Now = EndOf(period, Clock.Now);
            Assert.True((await ChargeAsync(counter, plan, $"late {period}", 5)).Granted);

            await counter.RefundAsync(charges, first, TestContext.Current.CancellationToken);

            Assert.False((await ChargeAsync(counter, plan, $"late {period}", 1)).Granted, $"{period}");
        }
    }

    [Fact]
    public async Task A_refund_at_once_gives_all_back()
    {
        var counter = await CreateAsync();
        foreach (var period in Enum.GetValues<RatePeriod>())
        {
            RateWindow[] plan = [new(RateUnit.Requests, period, RateScope.Tenant, 5)];
            var charges = Charges(plan, Subject($"at once {period}"), 5);
            await counter.RefundAsync(charges, await counter.ChargeAsync(charges, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            Assert.True((await ChargeAsync(counter, plan, $"at once {period}", 5)).Granted, $"{period}");
        }
    }

    [Fact]
    public async Task A_thousandth_of_a_unit_counts()
    {
        var counter = await CreateAsync();
        RateWindow[] plan = [new(RateUnit.Items, RatePeriod.Day, RateScope.Tenant, 1)];
        var tenth = Charges(plan, Subject("tenth"), 1)[0] with { Amount = WindowRule.Unit / 10 };
        for (var i = 0; i < 10; i++)
            Assert.True((await counter.ChargeAsync([tenth], TestContext.Current.CancellationToken)).Granted);
        Assert.False((await counter.ChargeAsync([tenth], TestContext.Current.CancellationToken)).Granted);
    }

    private async Task AgreeWithSimulatorAsync(RateWindow[] plan, bool refunds, int maxUnits)
    {
        var counter = await CreateAsync();
        var random = new Random(20260314);
        var (simulator, subject, undo) = (new RateSimulator(plan), 0, (Outcome: default(ChargeOutcome), When: default(DateTimeOffset), Units: 0L));
        for (var step = 0; step < Steps; step++)
        {
            if (step % 500 == 499)
                (simulator, subject, undo) = (new RateSimulator(plan), subject + 1, default);
            Clock.Now += Pause(random);
            var units = random.Next(0, maxUnits);
            var outcome = await ChargeAsync(counter, plan, $"simulated {plan.Length} {subject}", units);

            Assert.Equal(simulator.TryUse(Clock.Now, units), outcome.Granted);
            Assert.Equal(plan.Select(window => simulator.Remaining(window, Clock.Now)), outcome.Standings.Select(standing => standing.Remaining));
            if (refunds && undo.Units > 0 && random.Next(3) == 0)
            {
                await counter.RefundAsync(Charges(plan, Subject($"simulated {plan.Length} {subject}"), undo.Units), undo.Outcome, TestContext.Current.CancellationToken);
                simulator.Refund(undo.When, undo.Units);
                undo = default;
            }
            else if (outcome.Granted)
            {
                undo = (outcome, Clock.Now, units);
            }
        }
    }

    /// <summary>Mostly short, now and then over the end of a minute, an hour, a day or a month.</summary>
    private static TimeSpan Pause(Random random) => random.Next(40) switch
    {
        0 => TimeSpan.FromSeconds(random.Next(90)),
        1 => TimeSpan.FromMinutes(random.Next(90)),
        2 => TimeSpan.FromHours(random.Next(30)),
        3 when random.Next(10) == 0 => TimeSpan.FromDays(random.Next(40)),
        _ => TimeSpan.FromMicroseconds(random.Next(1_500_000)),
    };

    /// <summary>A whole period later, or the calendar's next; with the slot that a sliding one may be late by.</summary>
    private static DateTimeOffset EndOf(RatePeriod period, DateTimeOffset now) => period switch
    {
        RatePeriod.Second => now.AddSeconds(1.1),
        RatePeriod.Burst => now.AddMinutes(1),
        RatePeriod.Minute => now.AddSeconds(61),
        RatePeriod.Hour => now.AddMinutes(61),
        RatePeriod.Day => new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(1),
        _ => new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1),
    };

    private static RateSubject Subject(string tenant) => new(tenant, "key of " + tenant, "203.0.113.7");

    private static CounterCharge[] Charges(RateWindow[] plan, RateSubject subject, long units) =>
        [.. plan.Select(window => new CounterCharge(subject.IdOf(window), WindowRule.Of(window, plan), units * WindowRule.Unit))];

    private static ValueTask<ChargeOutcome> ChargeAsync(IRateCounter counter, RateWindow[] plan, string tenant, long units) =>
        counter.ChargeAsync(Charges(plan, Subject(tenant), units), TestContext.Current.CancellationToken);
}
