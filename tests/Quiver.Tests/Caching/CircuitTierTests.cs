using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Tests.Support;

namespace Quiver.Tests.Caching;

public sealed class CircuitTierTests : IDisposable
{
    private static readonly CacheLine Line = new("", "model", new byte[32], 2);

    private readonly ManualTime _time = new();
    private readonly FakeTier _tier = new();
    private readonly List<string> _changes = [];
    private readonly CircuitTier _circuit;

    public CircuitTierTests() => _circuit = new CircuitTier(_tier, new CircuitOptions(), _time, (name, usable) => _changes.Add($"{name} {usable}"));

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => _circuit.Dispose();

    [Fact]
    public async Task A_tier_that_fails_three_times_in_a_row_is_left_alone_until_it_answers_a_probe()
    {
        await _circuit.AddAsync([new(Entry("a"))], TestEnd);
        _tier.OnCall = () => throw new TimeoutException();
        for (var i = 0; i < 10; i++)
            Assert.Null(await FindAsync("a"));
        Assert.Equal(3, _tier.Finds);
        Assert.True(_circuit.IsOpen);

        await PassAsync(TimeSpan.FromMilliseconds(500), finds: 4);
        Assert.True(_circuit.IsOpen);
        Assert.Null(await FindAsync("a"));

        _tier.OnCall = () => Task.CompletedTask;
        await PassAsync(TimeSpan.FromMilliseconds(500), finds: 5);
        while (_circuit.IsOpen)
            await Task.Yield();
        Assert.NotNull(await FindAsync("a"));
        Assert.Equal(["fake False", "fake True"], _changes);
    }

    [Fact]
    public async Task A_success_between_failures_keeps_it_in_use()
    {
        for (var i = 0; i < 20; i++)
        {
            _tier.OnCall = i % 3 == 2 ? () => Task.CompletedTask : () => throw new TimeoutException();
            await FindAsync("a");
        }

        Assert.False(_circuit.IsOpen);
        Assert.Equal(20, _tier.Finds);
    }

    [Fact]
    public async Task A_tier_that_hangs_costs_a_request_its_timeout_and_what_comes_late_is_not_seen()
    {
        await _circuit.AddAsync([new(Entry("a"))], TestEnd);
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _tier.OnCall = () => hang.Task;
        var entries = new CacheEntry?[1];
        var find = _circuit.FindAsync(new[] { Key("a") }, entries, TestEnd).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(24));
        Assert.False(find.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await find;

        hang.SetResult();
        await FindAsync("a");
        Assert.Null(entries[0]);
    }

    [Fact]
    public async Task The_end_of_a_request_is_not_a_failure_of_the_tier()
    {
        _tier.OnCall = () => Task.Delay(Timeout.Infinite, TestEnd);
        for (var i = 0; i < 10; i++)
        {
            using var left = new CancellationTokenSource();
            var find = _circuit.FindAsync(new[] { Key("a") }, new CacheEntry?[1], left.Token).AsTask();
            await left.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => find);
        }

        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public async Task Clearing_a_tier_that_is_away_says_so()
    {
        _tier.OnCall = () => throw new TimeoutException();
        var error = await Assert.ThrowsAsync<QuiverException>(() => _circuit.ClearAsync(new CacheFilter(), TestEnd).AsTask());
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
    }

    private async Task<CacheEntry?> FindAsync(string text)
    {
        var entries = new CacheEntry?[1];
        await _circuit.FindAsync(new[] { Key(text) }, entries, TestEnd);
        return entries[0];
    }

    /// <summary>Moves the clock, again where the probe had not begun to wait, until the tier has been asked so often.</summary>
    private async Task PassAsync(TimeSpan time, int finds)
    {
        _time.Advance(time);
        while (_tier.Finds < finds)
        {
            TestEnd.ThrowIfCancellationRequested();
            await Task.Yield();
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    private static LineKey Key(string text) => new(Line, CacheKey.OfText("", Line.Identity.Span, text));

    private static CacheEntry Entry(string text) => new(Key(text), [1, 2], 3, 3);
}
