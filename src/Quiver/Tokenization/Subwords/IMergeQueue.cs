namespace Quiver.Tokenization.Subwords;

/// <summary>Possible merges, given back the lowest rank first and the leftmost of equals. Entries may be stale: the taker checks.</summary>
internal interface IMergeQueue : IDisposable
{
    void Push(int rank, int place);

    bool TryPop(out int rank, out int place);
}
