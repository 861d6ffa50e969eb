namespace Quiver.Encoding.Sharing;

/// <summary>The attention of one text, a head a piece.</summary>
/// <param name="aside">Rows like the context's.</param>
internal sealed class SharedHeads(SelfAttention attention, int heads, Rows projected, Rows context, Rows aside, EncoderWorkspace workspace) : SharedWork(heads)
{
    protected override void Compute(int piece) => attention.Head(projected, piece, context, workspace.Head, workspace.Host);

    protected override void ComputeAside(int piece) => attention.Head(projected, piece, aside, workspace.HelperHead, null);

    protected override void Copy(int piece) => aside.CopyColumns(context, piece * attention.HeadSize, attention.HeadSize);
}
