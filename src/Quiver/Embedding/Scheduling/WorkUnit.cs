using System.Runtime.InteropServices;

namespace Quiver.Embedding.Scheduling;

/// <summary>What a runner computes in one go: some texts of one embedder, perhaps of several requests. Each runner fills its own again and again.</summary>
/// <remarks>Filled and emptied under the scheduler's lock. While it runs, only <see cref="Live"/> changes.</remarks>
internal sealed class WorkUnit(UnitRun run, int maxTexts)
{
    private readonly List<ScheduledText> _texts = new(Math.Min(maxTexts, 64));
    private readonly List<TokenizedInput> _inputs = new(Math.Min(maxTexts, 64));

    public UnitRun Run => run;

    /// <summary>The lane it was filled from.</summary>
    public bool Interactive
    {
        get;
        set
        {
            field = value;
            Yields = !value;
        }
    }

    /// <summary>Whether interactive work may go before it while it runs.</summary>
    public bool Yields { get; private set; }

    public IEmbedder? Embedder { get; private set; }

    public IReadOnlyList<ScheduledText> Texts => _texts;

    public ReadOnlySpan<TokenizedInput> Inputs => CollectionsMarshal.AsSpan(_inputs);

    public int Tokens { get; private set; }

    /// <summary>Texts that somebody still waits for.</summary>
    public int Live { get; private set; }

    public bool IsEmpty => _texts.Count == 0;

    /// <summary>Whether a text may join: the first always may, the others while all stay within the limits and want vectors of the same embedder.</summary>
    public bool Takes(ScheduledText text, IEmbedder embedder, long maxTokens) =>
        IsEmpty || (_texts.Count < maxTexts && Tokens + text.Input.Ids.Length <= maxTokens && embedder == Embedder
            && text.Output == ScheduledOutput.Vector && _texts[0].Output == ScheduledOutput.Vector);

    public void Add(ScheduledText text, IEmbedder embedder)
    {
        Embedder = embedder;
        _texts.Add(text);
        _inputs.Add(text.Input);
        Tokens += text.Input.Ids.Length;
        Live++;
        text.Start(this);
    }

    /// <summary>Nobody waits for one of its texts any more.</summary>
    /// <returns>Whether that was the last.</returns>
    public bool Drop() => --Live == 0;

    /// <summary>Interactive work waits for one of its texts.</summary>
    public void Hurry() => Yields = false;

    public void Clear()
    {
        _texts.Clear();
        _inputs.Clear();
        Embedder = null;
        Tokens = 0;
        Live = 0;
    }
}
