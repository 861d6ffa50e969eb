using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding.Scheduling;

public sealed class RandomScheduleTests
{
    private const int FailingTokens = 7;

    [Theory]
    [InlineData(1, 100_000)]
    [InlineData(3, 100_000)]
    public async Task Every_text_ends_once_and_as_it_should_whatever_the_order_of_events(int runners, int steps)
    {
        var random = new Random(runners);
        WordEmbedder[] models = [new(width: 1), new(width: 2)];
        foreach (var model in models)
        {
            model.OnRun = (inputs, host) =>
            {
                if (inputs.Any(input => input.Ids.Length == FailingTokens))
                    throw new InvalidOperationException("broken");
                for (var i = 0; i < inputs.Length; i++)
                    host!.YieldPoint();
            };
        }

        using var scheduler = new Scheduler(new SchedulerOptions
        {
            Runners = runners,
            QueueTexts = 200,
            InteractiveQueueTokens = 600,
            BulkQueueTokens = 1500,
            UnitTokens = 40,
            BulkTurn = TimeSpan.FromMicroseconds(20),
        });
        var queued = new List<Entry>();
        var refused = new List<RecordedText>();
        for (var step = 0; step < steps; step++)
        {
            if (random.Next(3) == 0 && queued.Count > 0)
            {
                // Mostly one of the last: those may still wait or run.
                var entry = queued[Math.Max(0, queued.Count - 1 - random.Next(random.Next(2) == 0 ? 40 : queued.Count))];
                entry.Cancelled |= entry.Text.Cancel();
                continue;
            }

            var model = models[random.Next(8) == 0 ? 1 : 0];
            var texts = Enumerable.Range(0, random.Next(20) == 0 ? 30 : random.Next(1, 4)).Select(_ => RandomText(random)).ToArray();
            var work = new ScheduledWork(model, texts, $"caller {random.Next(5)}", bulk: random.Next(4) == 0);
            try
            {
                scheduler.RequireRoom(texts.Length);
                scheduler.Enqueue(work);
                queued.AddRange(texts.Select(text => new Entry(text, model)));
            }
            catch (QuiverException exception) when (exception.Kind == ErrorKind.Overloaded)
            {
                refused.AddRange(texts);
            }
        }

        foreach (var (text, model) in queued.Where(entry => !entry.Cancelled))
            Assert.Equal(Expected(text, model), await Outcome(text));

        Assert.All(queued.Where(entry => entry.Cancelled), entry => Assert.False(entry.Text.Ended.IsCompleted));
        Assert.All(refused, text => Assert.False(text.Ended.IsCompleted));
        Assert.Equal(default, scheduler.Counts);
        // The run met every kind of end.
        Assert.Contains(queued, entry => entry.Cancelled);
        Assert.Contains(queued, entry => entry is { Cancelled: false, Text.Ended.IsFaulted: true });
        Assert.NotEmpty(refused);
    }

    [Fact]
    public async Task Closing_under_load_ends_every_text_that_was_taken()
    {
        var scheduler = new Scheduler(new SchedulerOptions { Runners = 2 });
        var model = new WordEmbedder(width: 1) { OnRun = (_, host) => host!.YieldPoint() };
        var clients = Enumerable.Range(0, 4).Select(client => Task.Run(() =>
        {
            var taken = new List<RecordedText>();
            try
            {
                while (true)
                {
                    RecordedText[] texts = [.. Enumerable.Range(FailingTokens + 1, 1 + client * 5).Select(tokens => new RecordedText(tokens))];
                    scheduler.RequireRoom(texts.Length);
                    scheduler.Enqueue(new ScheduledWork(model, texts, $"{client}"));
                    taken.AddRange(texts);
                }
            }
            catch (QuiverException exception) when (exception.Kind is ErrorKind.Unavailable or ErrorKind.Overloaded)
            {
                return taken;
            }
        })).ToArray();
        while (scheduler.Counts.RunningTexts == 0 && !clients.All(client => client.IsCompleted))
            await Task.Yield();
        scheduler.Dispose();

        foreach (var text in (await Task.WhenAll(clients)).SelectMany(texts => texts))
        {
            if (await Outcome(text) is "Unavailable")
                continue;
            Assert.Equal(Expected(text, model), await Outcome(text));
        }

        Assert.Equal(default, scheduler.Counts);
    }

    private static RecordedText RandomText(Random random) =>
        new(random.Next(50) == 0 ? FailingTokens : random.Next(1, 7), random.Next(20) == 0 ? ScheduledOutput.TokenVectors : ScheduledOutput.Vector);

    private static string Expected(RecordedText text, WordEmbedder model)
    {
        if (text.Input.Ids.Length == FailingTokens)
            return "Internal";
        if (text.Output == ScheduledOutput.Vector)
            return string.Join(' ', model.VectorOf(text.Input));
        var vectors = new float[text.Input.Ids.Length * model.TokenWidth];
        model.EmbedTokensOf(text.Input, vectors);
        return string.Join(' ', vectors);
    }

    private static async Task<string> Outcome(RecordedText text)
    {
        try
        {
            return string.Join(' ', await text.Ended);
        }
        catch (QuiverException exception)
        {
            return exception.Kind.ToString();
        }
    }

    private sealed record Entry(RecordedText Text, WordEmbedder Model)
    {
        public bool Cancelled { get; set; }
    }
}
