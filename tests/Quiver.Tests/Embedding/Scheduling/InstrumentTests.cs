using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;

namespace Quiver.Tests.Embedding.Scheduling;

/// <summary>What the scheduler tells its instruments. Other tests run beside these: only what is recorded on this scheduler's threads counts.</summary>
public sealed class InstrumentTests
{
    [Fact]
    public async Task Units_waits_and_refusals_are_recorded_and_the_gauges_tell_what_waits()
    {
        var recorded = new ConcurrentQueue<(string Name, double Value, string Tag)>();
        var only = new AsyncLocal<bool>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == QuiverMeter.Name)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();

        only.Value = true;
        using var held = new HeldScheduler(new SchedulerOptions { InteractiveQueueTokens = 10, UnitTexts = 8 });
        var waiting = held.Add("waiting", texts: 4, tokens: 5);
        Assert.Throws<QuiverException>(() => held.Add("refused"));
        listener.RecordObservableInstruments();
        await held.RunAsync(waiting);
        held.Scheduler.Dispose();

        Assert.Contains(("quiver.queue.texts", 4, "interactive"), recorded);
        Assert.Contains(("quiver.queue.tokens", 20, "interactive"), recorded);
        Assert.Contains(("quiver.refusals", 1, "queue_full"), recorded);
        Assert.Equal([1.0, 4], Values("quiver.batch.texts"));
        Assert.Equal([3.0, 20], Values("quiver.batch.tokens"));
        Assert.Equal(2, Values("quiver.inference.duration").Count());
        Assert.Equal(5, Values("quiver.queue.wait").Count());

        // The runner's thread inherits what flows with the test that starts it.
        void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (only.Value)
                recorded.Enqueue((instrument.Name, value, $"{tags[0].Value}"));
        }

        IEnumerable<double> Values(string name) => recorded.Where(record => record.Name == name).Select(record => record.Value);
    }
}
