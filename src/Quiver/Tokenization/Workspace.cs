using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization;

/// <summary>The buffers of one call. Not thread-safe: rented from a <see cref="WorkspacePool"/>.</summary>
internal sealed class Workspace
{
    public PreTokenizedText Text { get; } = new();

    public TokenIdBuffer Ids { get; } = new();

    public List<SubwordSpan> Spans { get; } = [];

    public SubwordOutput Output { get; } = new();
}

/// <summary>Keeps a few workspaces between calls, and none that a huge text has made huge. Thread-safe.</summary>
internal sealed class WorkspacePool
{
    private const long LargestKept = 4 << 20;

    private readonly Workspace?[] _kept = new Workspace?[Math.Min(64, Environment.ProcessorCount * 2)];

    public Workspace Rent()
    {
        for (var i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is not null && Interlocked.Exchange(ref _kept[i], null) is { } workspace)
                return workspace;
        }

        return new Workspace();
    }

    public void Return(Workspace workspace)
    {
        if (workspace.Text.Capacity > LargestKept || workspace.Spans.Capacity > LargestKept / 16)
            return;
        for (var i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is null && Interlocked.CompareExchange(ref _kept[i], workspace, null) is null)
                return;
        }
    }
}
