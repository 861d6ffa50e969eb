using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding.Scheduling;

public sealed class SchedulerTests
{
    [Fact]
    public async Task A_cancelled_text_that_waits_frees_its_room_at_once_and_is_never_told()
    {
        using var held = new HeldScheduler(new SchedulerOptions { QueueTexts = 2 });
        var (kept, dropped) = (held.Add("kept"), held.Add("dropped"));
        Assert.Throws<QuiverException>(() => held.Add("refused"));

        Assert.True(dropped[0].Cancel());
        Assert.False(dropped[0].Cancel());
        var next = held.Add("next");

        Assert.Equal([["kept", "next"]], await held.RunAsync([.. kept, .. next]));
        Assert.False(dropped[0].Ended.IsCompleted);
        Assert.False(kept[0].Cancel());
    }

    [Fact]
    public async Task The_result_of_a_text_that_is_cancelled_while_it_runs_is_discarded()
    {
        using var held = new HeldScheduler();
        Assert.True(held.First.Cancel());
        var next = held.Add("next");
        held.Release();
        await next[0].Ended;

        Assert.False(held.First.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_text_that_is_cancelled_before_it_is_queued_is_left_out()
    {
        using var held = new HeldScheduler();
        RecordedText[] texts = [new(3), new(4)];
        Assert.True(texts[0].Cancel());
        held.Scheduler.Enqueue(new ScheduledWork(new WordEmbedder(), texts));
        await held.RunAsync(texts[1]);

        Assert.False(texts[0].Ended.IsCompleted);
    }

    [Fact]
    public async Task An_empty_lane_takes_any_request_and_a_full_one_refuses_a_single_text_like_a_batch()
    {
        using var held = new HeldScheduler(new SchedulerOptions { BulkQueueTokens = 100, InteractiveQueueTokens = 100 });
        List<RecordedText> texts = [.. held.Add("bulk", texts: 5000)];
        foreach (var count in (int[])[1, 9, 5000])
            AssertRefused(count, bulk: true);

        // The interactive lane has room of its own, up to the same rule.
        texts.AddRange(held.Add("interactive", texts: 8, tokens: 12));
        texts.AddRange(held.Add("interactive", texts: 8, tokens: 100));
        foreach (var count in (int[])[1, 8])
            AssertRefused(count, bulk: false);

        await held.RunAsync(texts);
        held.Scheduler.RequireRoom(5000);

        void AssertRefused(int count, bool bulk)
        {
            var early = Assert.Throws<QuiverException>(() => held.Scheduler.RequireRoom(count, bulk));
            var late = Assert.Throws<QuiverException>(() => held.Add("refused", texts: count, bulk: bulk));
            Assert.Equal((ErrorKind.Overloaded, ErrorKind.Overloaded), (early.Kind, late.Kind));
            Assert.InRange(late.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task In_a_unit_that_fails_only_the_text_at_fault_fails()
    {
        using var held = new HeldScheduler();
        var (good, bad, other) = (held.Add("good"), held.Add("bad", tokens: 7), held.Add("other", caller: "other"));
        held.OnUnit = inputs =>
        {
            if (inputs.Any(input => input.Ids.Length == 7))
                throw new InvalidOperationException("broken");
        };
        held.Release();

        Assert.Equal(held.Model.VectorOf(good[0].Input), await good[0].Ended);
        Assert.Equal(held.Model.VectorOf(other[0].Input), await other[0].Ended);
        var error = await Assert.ThrowsAsync<QuiverException>(() => bad[0].Ended);
        Assert.Equal(ErrorKind.Internal, error.Kind);
        Assert.IsType<InvalidOperationException>(error.InnerException);
    }

    [Fact]
    public async Task Closing_fails_what_waits_finishes_what_runs_and_refuses_what_comes()
    {
        var held = new HeldScheduler();
        var waiting = held.Add("waiting", texts: 20);
        var closing = Task.Run(held.Scheduler.Dispose, TestContext.Current.CancellationToken);

        foreach (var text in waiting)
            Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<QuiverException>(() => text.Ended)).Kind);
        Assert.Equal(ErrorKind.Unavailable, Assert.Throws<QuiverException>(() => held.Add("late")).Kind);
        Assert.Equal(ErrorKind.Unavailable, Assert.Throws<QuiverException>(() => held.Scheduler.RequireRoom(1)).Kind);
        Assert.False(closing.IsCompleted);

        held.Release();
        await closing;
        Assert.Equal(held.Model.VectorOf(held.First.Input), await held.First.Ended);
    }
}
