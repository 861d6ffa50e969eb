using Quiver.Embedding.Scheduling;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding.Scheduling;

/// <summary>Which text goes before which: lanes, turns, ageing, and what shares a unit.</summary>
public sealed class OrderTests
{
    private static readonly SchedulerOptions OneByOne = new() { UnitTexts = 1, BulkAgeing = 3 };

    [Fact]
    public async Task Interactive_goes_before_bulk()
    {
        using var held = new HeldScheduler(OneByOne);
        var bulk = held.Add("bulk", texts: 9);
        var interactive = held.Add("interactive");

        Assert.Equal(["interactive", "bulk", "bulk"], Flat(await held.RunAsync([.. bulk, .. interactive])).Take(3));
    }

    [Fact]
    public async Task A_small_request_may_be_lowered_to_bulk()
    {
        using var held = new HeldScheduler(OneByOne);
        var lowered = held.Add("lowered", bulk: true);
        var interactive = held.Add("interactive");

        Assert.Equal(["interactive", "lowered"], Flat(await held.RunAsync([.. lowered, .. interactive])));
    }

    [Fact]
    public async Task Bulk_moves_on_however_much_interactive_work_there_is()
    {
        using var held = new HeldScheduler(OneByOne);
        var bulk = held.Add("b", texts: 9);
        var interactive = held.Add("i", texts: 8);

        Assert.Equal(["i", "i", "i", "b", "i", "i", "i", "b", "i", "i", "b"], Flat(await held.RunAsync([.. bulk, .. interactive])).Take(11));
    }

    [Fact]
    public async Task Callers_take_turns_whatever_each_of_them_has_waiting()
    {
        using var held = new HeldScheduler(OneByOne with { BulkAgeing = 1000 });
        List<RecordedText> texts = [];
        for (var i = 0; i < 100; i++)
            texts.AddRange(held.Add("a", caller: "a"));
        texts.AddRange(held.Add("b", caller: "b"));
        texts.AddRange(held.Add("c", texts: 2, caller: "c"));

        Assert.Equal(["a", "b", "c", "a", "c", "a", "a"], Flat(await held.RunAsync(texts)).Take(7));
    }

    [Fact]
    public async Task Requests_of_one_caller_take_turns()
    {
        using var held = new HeldScheduler(OneByOne);
        var large = held.Add("large", texts: 10);
        var small = held.Add("small", texts: 9);

        Assert.Equal(["large", "small", "large", "small"], Flat(await held.RunAsync([.. large, .. small])).Take(4));
    }

    [Fact]
    public async Task Small_requests_that_wait_together_fill_one_unit()
    {
        using var held = new HeldScheduler(new SchedulerOptions { UnitTexts = 4, UnitTokens = 20 });
        RecordedText[] texts = [.. held.Add("a", texts: 2), .. held.Add("b", caller: "other"), .. held.Add("c"), .. held.Add("d", tokens: 15), .. held.Add("e")];

        // b's caller has his turn second; d does not fit beside e's neighbours of the first unit, and takes e along.
        Assert.Equal([["a", "a", "b", "c"], ["d", "e"]], await held.RunAsync(texts));
    }

    [Fact]
    public async Task Texts_for_different_embedders_never_share_a_unit()
    {
        using var held = new HeldScheduler();
        var other = new List<int>();
        var model = new WordEmbedder { OnEmbed = inputs => other.Add(inputs.Length) };
        RecordedText[] texts = [.. held.Add("a"), .. held.Add("x", [3], model: model), .. held.Add("b")];

        Assert.Equal([["a"], ["b"]], await held.RunAsync(texts));
        Assert.Equal([1], other);
    }

    [Fact]
    public async Task A_text_for_vectors_of_its_tokens_has_a_unit_of_its_own()
    {
        using var held = new HeldScheduler();
        RecordedText[] texts = [.. held.Add("a"), held.AddTokens("tokens"), .. held.Add("b")];

        Assert.Equal([["a"], ["tokens"], ["b"]], await held.RunAsync(texts));
        Assert.Equal(held.Model.Width, (await texts[0].Ended).Length);
        Assert.Equal(texts[1].Input.Ids.Length * held.Model.TokenWidth, (await texts[1].Ended).Length);
    }

    [Theory]
    [InlineData(8, 1024, true)]
    [InlineData(9, 27, false)]
    [InlineData(1, 1025, false)]
    public void Interactive_is_at_most_8_texts_and_1024_tokens(int texts, int tokens, bool interactive)
    {
        var all = Enumerable.Range(0, texts).Select(i => new RecordedText(i == 0 ? tokens - texts + 1 : 1)).ToArray();

        Assert.Equal(interactive, new ScheduledWork(new WordEmbedder(), all).Interactive);
        Assert.False(new ScheduledWork(new WordEmbedder(), all, bulk: true).Interactive);
    }

    private static IEnumerable<string> Flat(string[][] units) => units.SelectMany(unit => unit);
}
