using Quiver.Embedding.Scheduling;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding.Scheduling;

/// <summary>A runner without work of its own helps another. Whether it does is seen by what the running embedder is offered.</summary>
public sealed class HelpTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idle_runner_helps_and_takes_the_next_request_though_it_helps()
    {
        var (first, second) = (new RecordedText(30), new RecordedText(3));
        var offered = false;
        var model = new WordEmbedder();
        using var scheduler = new Scheduler(new SchedulerOptions { Runners = 2 });
        model.OnRun = (inputs, host) =>
        {
            if (inputs[0] != first.Input)
                return;
            // The other runner may still be on its way to its first wait.
            while (!offered)
            {
                TestEnd.ThrowIfCancellationRequested();
                offered = host!.Sharing is not null;
            }

            scheduler.Enqueue(new ScheduledWork(model, [second]));
            while (!second.Ended.IsCompleted)
                TestEnd.ThrowIfCancellationRequested();
        };
        scheduler.Enqueue(new ScheduledWork(model, [first]));

        Assert.Equal(model.VectorOf(first.Input), await first.Ended);
        Assert.Equal(model.VectorOf(second.Input), await second.Ended);
        Assert.Equal(default, scheduler.Counts);
    }

    [Fact]
    public async Task Nobody_helps_where_no_other_runner_is_idle()
    {
        var offers = new List<bool>();
        var model = new WordEmbedder { OnRun = (_, host) => offers.Add(host!.Sharing is not null) };
        using var one = new Scheduler(new SchedulerOptions { Runners = 1, UnitTexts = 1 });
        RecordedText[] texts = [.. Enumerable.Range(0, 20).Select(_ => new RecordedText(3))];
        one.Enqueue(new ScheduledWork(model, texts));
        await Task.WhenAll(texts.Select(text => text.Ended));

        Assert.Equal(20, offers.Count);
        Assert.DoesNotContain(true, offers);
    }
}
