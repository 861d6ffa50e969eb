using Quiver.Server.Commands;

namespace Quiver.Server.Tests.Commands;

public class EmbedProgressTests
{
    [Fact]
    public void The_rate_and_the_time_left_follow_from_what_is_done()
    {
        var time = new SteppedTime();
        var progress = new EmbedProgress(totalBytes: 1000, time);
        Assert.Equal("0 texts, 0/s", progress.Describe());

        time.Step(TimeSpan.FromSeconds(10));
        progress.Report(texts: 12_345, bytes: 100);
        Assert.Equal("12,345 texts, 1,234/s, 1:30 left", progress.Describe());

        progress.Report(texts: 12_345, bytes: 1);
        Assert.Equal("12,345 texts, 1,234/s, 2:46:30 left", progress.Describe());

        progress.Report(texts: 20_000, bytes: 1000);
        Assert.Equal("20,000 texts, 2,000/s", progress.Describe());
    }

    [Fact]
    public void An_input_of_unknown_length_has_no_time_left()
    {
        var time = new SteppedTime();
        var progress = new EmbedProgress(totalBytes: null, time);
        time.Step(TimeSpan.FromSeconds(2));
        progress.Report(texts: 10, bytes: 100);

        Assert.Equal("10 texts, 5/s", progress.Describe());
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Step(TimeSpan step) => _now += step.Ticks;
    }
}
