using Quiver.Server.Hosting;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

public sealed class DeadlineQueueTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly DeadlineQueue _deadlines;

    public DeadlineQueueTests() => _deadlines = new DeadlineQueue(Limit, _time);

    public void Dispose() => _deadlines.Dispose();

    [Fact]
    public void Each_request_has_the_whole_time_from_its_own_beginning()
    {
        using var first = _deadlines.Begin(CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(4));
        using var second = _deadlines.Begin(CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(5.9));
        Assert.False(first.Token.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(first.Token.IsCancellationRequested);
        Assert.False(second.Token.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(3.8));
        Assert.False(second.Token.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(second.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_request_that_ended_is_left_alone_and_those_around_it_are_not()
    {
        using var first = _deadlines.Begin(CancellationToken.None);
        var second = _deadlines.Begin(CancellationToken.None);
        using var third = _deadlines.Begin(CancellationToken.None);
        second.Dispose();
        second.Dispose();
        _time.Advance(Limit * 2);

        Assert.True(first.Token.IsCancellationRequested);
        Assert.False(second.Token.IsCancellationRequested);
        Assert.True(third.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_request_after_a_long_silence_has_its_deadline_too()
    {
        _deadlines.Begin(CancellationToken.None).Dispose();
        _time.Advance(TimeSpan.FromHours(1));
        using var late = _deadlines.Begin(CancellationToken.None);
        _time.Advance(Limit + TimeSpan.FromMilliseconds(2));
        Assert.True(late.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_caller_that_goes_away_ends_its_own_request()
    {
        using var gone = new CancellationTokenSource();
        using var one = _deadlines.Begin(gone.Token);
        using var other = _deadlines.Begin(CancellationToken.None);
        gone.Cancel();

        Assert.True(one.Token.IsCancellationRequested);
        Assert.False(other.Token.IsCancellationRequested);
    }

    [Fact]
    public void Of_a_thousand_requests_in_any_order_those_are_late_that_took_too_long()
    {
        var random = new Random(7);
        var running = new List<(DeadlineQueue.Deadline Deadline, TimeSpan Begun)>();
        var now = TimeSpan.Zero;
        for (var i = 0; i < 1000; i++)
        {
            running.Add((_deadlines.Begin(CancellationToken.None), now));
            if (random.Next(3) == 0)
            {
                var one = random.Next(running.Count);
                running[one].Deadline.Dispose();
                running.RemoveAt(one);
            }

            var step = TimeSpan.FromMilliseconds(random.Next(100));
            _time.Advance(step);
            now += step;
            Assert.All(running, request =>
            {
                // Within the tick by which a timer may be late.
                if (Math.Abs((now - request.Begun - Limit).TotalMilliseconds) > 2)
                    Assert.Equal(now - request.Begun >= Limit, request.Deadline.Token.IsCancellationRequested);
            });
        }
    }
}
