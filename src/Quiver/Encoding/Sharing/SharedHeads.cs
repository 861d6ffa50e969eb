namespace Quiver.Encoding.Sharing;

/// <summary>The attention of one text, a head a piece.</summary>
/// <param name="aside">Rows like the context's.</param>
internal sealed class SharedHeads(SelfAttention attention, int heads, Rows projected, Rows context, Rows aside, EncoderWorkspace workspace) : SharedWork(heads)
{
    protected override void Compute(int piece) => attention.Head(projected, piece, context, workspace.Head, workspace.Host);

    protected internal override bool TryComputeAside(int piece, ColumnSharing sharing)
    {
        // A head of a text of thousands of tokens takes a long time.
        for (var row = 0; row < projected.Count; row += SelfAttention.TileRows)
        {
            if (sharing.IsHelperWanted)
                return false;
            attention.Tile(projected, piece, row, aside, workspace.HelperHead);
        }

        return true;
    }

    protected override void Copy(int piece) => aside.CopyColumns(context, piece * attention.HeadSize, attention.HeadSize);
}
