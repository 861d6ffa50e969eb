using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

/// <summary>A tenant's own provider on the path that served models take: cache, one flight per text, cancellation; and never a runner.</summary>
public sealed class RemoteEmbeddingTests : IDisposable
{
    private readonly EmbeddingService _service = new(new ModelDirectory([new WordEmbedder()]));
    private readonly FakeProvider _provider = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Vectors_are_the_provider_s_own_and_in_the_form_asked_for()
    {
        var plain = await EmbedAsync(Request("four", "sixsix") with { Normalize = false });
        var unit = await EmbedAsync(Request("four") with { Dimensions = 1 });

        Assert.Equal([4f, 1], plain.Vector(0).ToArray());
        Assert.Equal([6f, 1], plain.Vector(1).ToArray());
        Assert.Equal([1f], unit.Vector(0).ToArray());
        Assert.True(unit.Cached(0));
        Assert.Equal(2, plain.Dimensions);
    }

    /// <summary>Defect 5: a batch was one call after the other, duplicates too.</summary>
    [Fact]
    public async Task A_batch_is_as_few_calls_as_the_provider_takes_and_equal_texts_are_one()
    {
        var texts = Enumerable.Range(0, 20).Select(i => $"text {i}").ToArray();

        await EmbedAsync(Request([.. texts, .. texts]));

        Assert.Equal([8, 8, 4], _provider.Calls.Select(call => call.Count));
        Assert.Equal(texts, _provider.Calls.SelectMany(call => call));
    }

    [Fact]
    public async Task What_is_known_is_not_asked_for_again()
    {
        await EmbedAsync(Request("a", "b"));
        var second = await EmbedAsync(Request("a", "c", "b"));

        Assert.Equal(["c"], _provider.Calls[^1]);
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(second.Cached));
    }

    /// <summary>Defect 2: the caller's word for a model named the cache line, so that another template's vectors came back.</summary>
    [Fact]
    public async Task A_provider_of_another_identity_has_other_lines()
    {
        await EmbedAsync(Request("a"));
        using var changed = new FakeProvider { Identity = Enumerable.Repeat((byte)1, 32).ToArray() };

        var result = await EmbedAsync(Request("a") with { Provider = changed });

        Assert.False(result.Cached(0));
        Assert.Single(changed.Calls);
    }

    /// <summary>Defect 2: a tenant could plant any vector for all.</summary>
    [Fact]
    public async Task No_other_tenant_and_no_served_model_sees_the_vectors()
    {
        await EmbedAsync(Request("a"));

        var other = await EmbedAsync(Request("a") with { Tenant = "other" });
        var served = await _service.EmbedAsync(new EmbeddingRequest("fake", [new EmbeddingInput("a")]) { Tenant = "tenant" }, TestEnd);

        Assert.False(other.Cached(0));
        Assert.False(served.Cached(0));
    }

    [Fact]
    public async Task Requests_for_one_text_at_a_time_are_one_call()
    {
        var answer = new TaskCompletionSource();
        _provider.Before = _ => answer.Task;
        var first = EmbedAsync(Request("a"));
        await _provider.WaitForCallAsync();
        var second = EmbedAsync(Request("a"));

        answer.SetResult();

        Assert.False((await first).Cached(0));
        Assert.Equal((await first).Vector(0).ToArray(), (await second).Vector(0).ToArray());
        Assert.Single(_provider.Calls);
    }

    [Fact]
    public async Task A_caller_who_leaves_does_not_end_the_call_for_the_others()
    {
        var answer = new TaskCompletionSource();
        _provider.Before = cancellationToken => answer.Task.WaitAsync(cancellationToken);
        using var leave = new CancellationTokenSource();
        var first = _service.EmbedAsync(Request("a"), leave.Token);
        await _provider.WaitForCallAsync();
        var second = EmbedAsync(Request("a"));

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult();

        Assert.Equal(2, (await second).Dimensions);
        Assert.Single(_provider.Calls);
    }

    [Fact]
    public async Task A_call_that_nobody_waits_for_is_cancelled()
    {
        var cancelled = new TaskCompletionSource();
        _provider.Before = async cancellationToken =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        using var leave = new CancellationTokenSource();
        var request = _service.EmbedAsync(Request("a", "b"), leave.Token);
        await _provider.WaitForCallAsync();

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await cancelled.Task.WaitAsync(TestEnd);
        Assert.Equal(0, _service.Flights.Count);
    }

    [Fact]
    public async Task What_nobody_may_compute_is_refused_and_what_is_known_is_not()
    {
        var refusal = new QuiverException(ErrorKind.InvalidInput, "not here");
        var request = new EmbeddingRequest("fake", [new EmbeddingInput("known")]);
        await _service.EmbedAsync(request, TestEnd);

        var known = await _service.EmbedAsync(request with { Uncached = refusal }, TestEnd);
        var unknown = await Assert.ThrowsAsync<QuiverException>(() =>
            _service.EmbedAsync(request with { Inputs = [new EmbeddingInput("known"), new EmbeddingInput("unknown")], Uncached = refusal }, TestEnd));

        Assert.True(known.Cached(0));
        Assert.Same(refusal, unknown);
    }

    [Theory]
    [InlineData(ErrorKind.ProviderFailed)]
    [InlineData(ErrorKind.Overloaded)]
    public async Task A_failure_is_told_to_all_who_wait_and_nothing_of_it_is_kept(ErrorKind kind)
    {
        _provider.Before = _ => throw new QuiverException(kind, "no");
        var failed = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(Request("a", "b")));
        _provider.Before = _ => Task.CompletedTask;

        var second = await EmbedAsync(Request("a", "b"));

        Assert.Equal(kind, failed.Kind);
        Assert.Equal([false, false], Enumerable.Range(0, 2).Select(second.Cached));
    }

    [Fact]
    public async Task A_fault_of_ours_is_told_as_one()
    {
        _provider.Before = _ => throw new InvalidOperationException("no");

        Assert.Equal(ErrorKind.Internal, (await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(Request("a")))).Kind);
    }

    [Fact]
    public async Task Calls_that_wait_take_no_runner_and_no_place_in_the_queue()
    {
        var answer = new TaskCompletionSource();
        _provider.Before = _ => answer.Task;
        var waiting = Enumerable.Range(0, 50).Select(i => EmbedAsync(Request($"text {i}"))).ToList();
        for (var i = 0; i < 50; i++)
            await _provider.WaitForCallAsync();

        Assert.Equal(default, _service.Counts);
        Assert.Equal(1, (await _service.EmbedAsync(new EmbeddingRequest("fake", [new EmbeddingInput("a")]), TestEnd)).Count);
        answer.SetResult();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task A_provider_takes_neither_token_ids_nor_prompts()
    {
        var prompted = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(Request("a") with { Prompt = "query: " }));
        var ids = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(Request("a") with { Inputs = [new EmbeddingInput(null, [1])] }));

        Assert.Equal([ErrorKind.InvalidInput, ErrorKind.InvalidInput], [prompted.Kind, ids.Kind]);
        Assert.Empty(_provider.Calls);
    }

    public void Dispose()
    {
        _service.Dispose();
        _provider.Dispose();
    }

    private EmbeddingRequest Request(params string[] texts) =>
        new("fake", [.. texts.Select(text => new EmbeddingInput(text))]) { Tenant = "tenant", Provider = _provider };

    private Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request) => _service.EmbedAsync(request, TestEnd);
}
