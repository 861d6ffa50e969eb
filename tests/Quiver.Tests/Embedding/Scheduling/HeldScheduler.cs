using Quiver.Embedding;
using Quiver.Embedding.Scheduling;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding.Scheduling;

/// <summary>A scheduler whose one runner is held at a first text of bulk work, so that what comes after it waits; it records the units that run.</summary>
internal sealed class HeldScheduler : IDisposable
{
    private readonly ManualResetEventSlim _release = new();
    private readonly List<string[]> _units = [];
    private readonly Dictionary<TokenizedInput, string> _names = new(ReferenceEqualityComparer.Instance);

    public HeldScheduler(SchedulerOptions? options = null)
    {
        using var started = new ManualResetEventSlim();
        Model.OnEmbed = inputs =>
        {
            _units.Add([.. inputs.Select(input => _names[input])]);
            started.Set();
            _release.Wait(TestContext.Current.CancellationToken);
            OnUnit(inputs);
        };
        Scheduler = new Scheduler((options ?? new SchedulerOptions()) with { Runners = 1 });
        First = Add("first", texts: 1, bulk: true)[0];
        started.Wait(TestContext.Current.CancellationToken);
    }

    public WordEmbedder Model { get; } = new();

    /// <summary>Called on the runner's thread with each unit.</summary>
    public Action<TokenizedInput[]> OnUnit { get; set; } = _ => { };

    public Scheduler Scheduler { get; }

    /// <summary>The text that runs.</summary>
    public RecordedText First { get; }

    /// <summary>The requests' names in each unit after the first.</summary>
    public string[][] Units => [.. _units.Skip(1)];

    /// <summary>Names a text that is queued by other means.</summary>
    public void Name(TokenizedInput input, string name) => _names.Add(input, name);

    /// <summary>Queues a request of texts of one length.</summary>
    public RecordedText[] Add(string name, int texts = 1, int tokens = 3, string caller = "", bool bulk = false) =>
        Add(name, [.. Enumerable.Repeat(tokens, texts)], caller, bulk);

    public RecordedText[] Add(string name, int[] tokens, string caller = "", bool bulk = false, IEmbedder? model = null)
    {
        var added = Array.ConvertAll(tokens, count => new RecordedText(count));
        Add(name, added, caller, bulk, model);
        return added;
    }

    /// <summary>Queues a request for the vectors of a text's tokens.</summary>
    public RecordedText AddTokens(string name)
    {
        var text = new RecordedText(5, ScheduledOutput.TokenVectors);
        Add(name, [text]);
        return text;
    }

    private void Add(string name, RecordedText[] texts, string caller = "", bool bulk = false, IEmbedder? model = null)
    {
        foreach (var text in texts)
            _names.Add(text.Input, name);
        Scheduler.Enqueue(new ScheduledWork(model ?? Model, texts, caller, bulk));
    }

    /// <summary>Lets the runner go on.</summary>
    public void Release() => _release.Set();

    /// <summary>Lets the runner go on and waits until nothing is left.</summary>
    /// <returns><see cref="Units"/></returns>
    public async Task<string[][]> RunAsync(params IEnumerable<RecordedText> texts)
    {
        Release();
        await Task.WhenAll([First.Ended, .. texts.Select(text => text.Ended)]);
        return Units;
    }

    public void Dispose()
    {
        Release();
        Scheduler.Dispose();
        _release.Dispose();
    }
}
