using Quiver.Server.Telemetry;

namespace Quiver.Server.Tests.Telemetry;

public sealed class LogWriterTests
{
    private static readonly byte[] Line = [.. Enumerable.Repeat((byte)'x', 1023), (byte)'\n'];

    [Fact]
    public async Task A_writer_that_hangs_holds_up_nobody_and_costs_only_what_does_not_fit()
    {
        const int Lines = 3 * LogWriter.Capacity / 1024;
        using var release = new ManualResetEventSlim();
        var underWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long written = 0;
        var writer = new LogWriter(lines =>
        {
            underWay.TrySetResult();
            release.Wait();
            written += lines.Length;
        });
        writer.Append(Line, urgent: true);
        await underWay.Task;

        for (var i = 1; i < Lines; i++)
            writer.Append(Line, urgent: false);
        Assert.Equal(Lines - 1 - (LogWriter.Capacity / Line.Length), writer.Dropped);

        release.Set();
        writer.Dispose();
        Assert.Equal((Lines - writer.Dropped) * Line.Length, written);
    }

    [Fact]
    public void What_waits_is_written_before_the_end_and_nothing_after_it()
    {
        long written = 0;
        var writer = new LogWriter(lines => written += lines.Length);
        for (var i = 0; i < 100; i++)
            writer.Append(Line, urgent: false);
        writer.Dispose();
        Assert.Equal(100 * Line.Length, written);

        writer.Append(Line, urgent: true);
        Assert.Equal(1, writer.Dropped);
        Assert.Equal(100 * Line.Length, written);
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(ObjectDisposedException))]
    public void Lines_that_cannot_be_written_are_counted_and_the_next_ones_are_written(Type fault)
    {
        var full = true;
        long written = 0;
        using var failed = new ManualResetEventSlim();
        var writer = new LogWriter(lines =>
        {
            if (full)
            {
                failed.Set();
                throw (Exception)Activator.CreateInstance(fault, "a fault of the sink")!;
            }

            written += lines.Length;
        });
        writer.Append(Line, urgent: true);
        failed.Wait(TestContext.Current.CancellationToken);
        full = false;
        writer.Append(Line, urgent: true);
        writer.Dispose();

        Assert.Equal(1, writer.Dropped);
        Assert.Equal(Line.Length, written);
    }

    [Fact]
    public void The_sink_is_closed_after_the_last_line()
    {
        var sink = new MemoryStream();
        long length = 0;
        var writer = new LogWriter(lines =>
        {
            sink.Write(lines);
            length = sink.Length;
        }, sink);
        writer.Append(Line, urgent: false);
        writer.Dispose();

        Assert.Equal(Line.Length, length);
        Assert.False(sink.CanWrite);
    }

    [Fact]
    public void Lines_of_many_threads_stay_whole_and_in_each_thread_s_order()
    {
        var text = new MemoryStream();
        using (var writer = new LogWriter(lines => text.Write(lines)))
            Parallel.For(0, 8, thread =>
            {
                for (var i = 0; i < 2000; i++)
                    writer.Append(System.Text.Encoding.ASCII.GetBytes($"{thread} {i}\n"), urgent: i % 100 == 0);
            });

        var lines = System.Text.Encoding.ASCII.GetString(text.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToLookup(line => int.Parse(line[0], null), line => int.Parse(line[1], null));
        for (var thread = 0; thread < 8; thread++)
            Assert.Equal(Enumerable.Range(0, 2000), lines[thread]);
    }
}
