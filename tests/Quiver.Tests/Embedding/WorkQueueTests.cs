using Quiver.Embedding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

public sealed class WorkQueueTests
{
    private static readonly WordEmbedder Model = new();

    private readonly WorkQueue _queue = new(new EmbeddingServiceOptions { Runners = 1, UnitTexts = 1, BulkAgeing = 3 });

    [Fact]
    public void Interactive_goes_before_bulk()
    {
        var (bulk, interactive) = (Job(100), Job(1));
        _queue.TryAdd(bulk);
        _queue.TryAdd(interactive);

        Assert.Same(interactive, Take());
        Assert.Same(bulk, Take());
    }

    [Fact]
    public void Bulk_moves_on_however_much_interactive_work_there_is()
    {
        var bulk = Job(9);
        _queue.TryAdd(bulk);
        for (var i = 0; i < 6; i++)
            _queue.TryAdd(Job(2));

        Assert.Equal([false, false, false, true, false, false, false, true], Enumerable.Range(0, 8).Select(_ => Take() == bulk));
    }

    [Fact]
    public void Requests_of_one_lane_take_turns()
    {
        var (a, b) = (Job(10), Job(10));
        _queue.TryAdd(a);
        _queue.TryAdd(b);

        Assert.Equal([a, b, a, b], [Take(), Take(), Take(), Take()]);
    }

    [Theory]
    [InlineData(8, 1024, true)]
    [InlineData(9, 27, false)]
    [InlineData(1, 1025, false)]
    public void Interactive_is_at_most_8_texts_and_1024_tokens(int texts, int tokens, bool interactive)
    {
        var inputs = Enumerable.Range(0, texts).Select(i => new TokenizedInput(new int[i == 0 ? tokens - texts + 1 : 1], null, 1)).ToArray();
        Assert.Equal(interactive, new EmbeddingJob(Model, inputs, new VectorForm(8, true), TimeProvider.System).Interactive);
    }

    [Fact]
    public void What_waits_is_counted_through_any_order_of_adding_taking_and_removing()
    {
        var random = new Random(11);
        var jobs = new List<EmbeddingJob>();
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    var added = Job(random.Next(1, 20));
                    Assert.True(_queue.TryAdd(added));
                    jobs.Add(added);
                    break;
                case 1 when jobs.Count > 0:
                    var removed = jobs[random.Next(jobs.Count)];
                    _queue.Remove(removed);
                    _queue.Remove(removed);
                    jobs.Remove(removed);
                    break;
                case > 1 when jobs.Count > 0:
                    var taken = Take();
                    if (taken.WaitingTexts == 0)
                        jobs.Remove(taken);
                    break;
            }

            Assert.Equal(jobs.Sum(job => job.WaitingTokens), _queue.Tokens);
        }
    }

    [Fact]
    public void Closing_gives_back_what_waits_and_ends_the_wait_of_a_runner()
    {
        var (waiting, runner) = (Job(1), Job(1));
        _queue.TryAdd(runner);
        _queue.TryAdd(waiting);
        Take();

        Assert.Equal([waiting], _queue.Close());
        Assert.False(_queue.TryTake(out _));
        Assert.False(_queue.TryAdd(Job(1)));
        Assert.Equal(0, _queue.Tokens);
    }

    private static EmbeddingJob Job(int texts) =>
        new(Model, [.. Enumerable.Range(0, texts).Select(_ => Model.Tokenize("a word"))], new VectorForm(8, true), TimeProvider.System);

    private EmbeddingJob Take()
    {
        Assert.True(_queue.TryTake(out var unit));
        return unit.Job;
    }
}
