using Quiver.Diagnostics;
using Quiver.Limits;
using Quiver.Tests.Support;

namespace Quiver.Tests.Limits;

public sealed class LocalFallbackTests
{
    private static readonly RateWindow[] Plan = [new(RateUnit.Items, RatePeriod.Day, RateScope.Tenant, 60)];

    private readonly ManualTime _time = new();
    private readonly StandIn _shared = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_granted_after_the_wait_is_given_back()
    {
        var counter = new LocalFallback(_shared, new LocalFallbackOptions(), _time);
        var charging = counter.ChargeAsync(Charge(1), Token).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(40));
        Assert.True((await charging).IsLocal);
        Assert.False(_shared.Refunded.Task.IsCompleted);

        _shared.Answer.SetResult(new ChargeOutcome(true, 17, []));

        Assert.Equal(17, (await _shared.Refunded.Task.WaitAsync(Token)).At);
    }

    [Fact]
    public async Task What_its_caller_gave_up_is_given_back()
    {
        using var end = new CancellationTokenSource();
        var counter = new LocalFallback(_shared, new LocalFallbackOptions(), _time);
        var charging = counter.ChargeAsync(Charge(1), end.Token).AsTask();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => charging);

        _shared.Answer.SetResult(new ChargeOutcome(true, 18, []));

        Assert.Equal(18, (await _shared.Refunded.Task.WaitAsync(Token)).At);
    }

    /// <summary>Of 60 for 3 processes, each has 20.</summary>
    [Theory]
    [InlineData(20, true, false)]
    [InlineData(21, false, true)]
    [InlineData(60, false, true)]
    [InlineData(61, false, false)]
    public async Task What_only_a_share_is_too_small_for_may_come_back_later(int amount, bool isGranted, bool isLater)
    {
        _shared.Answer.SetException(new QuiverException(ErrorKind.Unavailable, "Away."));
        var counter = new LocalFallback(_shared, new LocalFallbackOptions { Processes = 3 }, _time);
        var charging = counter.ChargeAsync(Charge(amount), Token).AsTask();
        if (isLater)
        {
            var refused = await Assert.ThrowsAsync<QuiverException>(() => charging);
            Assert.Equal((ErrorKind.Unavailable, TimeSpan.FromSeconds(1)), (refused.Kind, refused.RetryAfter));
        }
        else
        {
            Assert.Equal(isGranted, (await charging).Granted);
        }
    }

    private static CounterCharge[] Charge(int amount) => [new(new RateSubject("tenant", null, "").IdOf(Plan[0]), WindowRule.Of(Plan[0], Plan), amount * WindowRule.Unit)];

    /// <summary>A shared counter that answers when a test says so.</summary>
    private sealed class StandIn : IRateCounter
    {
        public TaskCompletionSource<ChargeOutcome> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<ChargeOutcome> Refunded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask<ChargeOutcome> ChargeAsync(CounterCharge[] charges, CancellationToken cancellationToken) => new(Answer.Task);

        public ValueTask RefundAsync(CounterCharge[] charges, ChargeOutcome outcome, CancellationToken cancellationToken)
        {
            Refunded.SetResult(outcome);
            return ValueTask.CompletedTask;
        }
    }
}
