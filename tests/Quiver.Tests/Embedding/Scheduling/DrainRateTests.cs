using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding.Scheduling;

public sealed class DrainRateTests
{
    [Fact]
    public void The_rate_follows_what_was_measured_and_forgets_what_is_long_past()
    {
        var rate = new DrainRate();
        for (var i = 0; i < 100; i++)
            rate.Add(1000, 0.1);
        Assert.Equal(1e-4, rate.SecondsPerToken, 1e-6);

        // Twenty seconds of work at a tenth of the speed.
        for (var i = 0; i < 20; i++)
            rate.Add(1000, 1);
        Assert.InRange(rate.SecondsPerToken, 8e-4, 1e-3);
    }

    [Fact]
    public async Task A_refusal_says_how_long_the_runners_need_for_half_of_what_goes_before_as_fast_as_they_really_are()
    {
        var time = new ManualTime();
        var model = new WordEmbedder(maxTokens: 2000);
        using var release = new ManualResetEventSlim(true);
        using var started = new ManualResetEventSlim();
        var failing = false;
        // A thousand tokens a second.
        model.OnEmbed = inputs =>
        {
            if (failing)
                throw new InvalidOperationException("broken");
            time.Advance(TimeSpan.FromMilliseconds(inputs.Sum(input => input.Ids.Length)));
            started.Set();
            release.Wait(TestContext.Current.CancellationToken);
        };
        using var scheduler = new Scheduler(new SchedulerOptions { Runners = 1, InteractiveQueueTokens = 6_000, BulkQueueTokens = 20_000 }, time);
        for (var i = 0; i < 30; i++)
            await AddAsync(1000);
        // What fails at once says nothing about speed.
        failing = true;
        for (var i = 0; i < 30; i++)
            await Assert.ThrowsAsync<QuiverException>(() => AddAsync(1000));
        failing = false;

        release.Reset();
        started.Reset();
        var running = AddAsync(1000);
        started.Wait(TestContext.Current.CancellationToken);
        var waiting = Enumerable.Range(0, 20).Select(_ => AddAsync(1000)).ToList();
        Assert.Equal(10, SecondsToWait(() => scheduler.RequireRoom(100)), 1.0);

        // Interactive requests go before bulk, and do not wait for it.
        waiting.AddRange(Enumerable.Range(0, 6).Select(_ => AddAsync(1000, bulk: false)));
        Assert.Equal(3, SecondsToWait(() => scheduler.RequireRoom(1)), 1.0);
        Assert.Equal(3, SecondsToWait(() => AddAsync(3, bulk: false)), 1.0);
        Assert.Equal(13, SecondsToWait(() => scheduler.RequireRoom(1, bulk: true)), 1.0);
        Assert.Equal(13, SecondsToWait(() => AddAsync(3)), 1.0);
        release.Set();
        await Task.WhenAll([running, .. waiting]);

        static double SecondsToWait(Action refused) => Assert.Throws<QuiverException>(refused).RetryAfter!.Value.TotalSeconds;

        Task<float[]> AddAsync(int tokens, bool bulk = true)
        {
            var text = new RecordedText(tokens);
            scheduler.Enqueue(new ScheduledWork(model, [text], bulk: bulk));
            return text.Ended;
        }
    }
}
