using Quiver.Encoding.Kernels;

namespace Quiver.Encoding.Sharing;

/// <summary>The columns of one product, 64 of them a piece.</summary>
/// <param name="aside">Rows like the output's.</param>
internal sealed class SharedProduct(Linear linear, ProductInput input, Rows output, Rows aside, int firstPanel, int endPanel)
    : SharedWork((endPanel - firstPanel + PiecePanels - 1) / PiecePanels)
{
    private const int PieceColumns = 64;

    private static int PiecePanels => PieceColumns / PackedMatrix.PanelWidth;

    protected override void Compute(int piece) => Compute(piece, output);

    protected internal override bool TryComputeAside(int piece, ColumnSharing sharing)
    {
        Compute(piece, aside);
        return true;
    }

    protected override void Copy(int piece)
    {
        var first = (firstPanel + piece * PiecePanels) * PackedMatrix.PanelWidth;
        aside.CopyColumns(output, first, Math.Min(PieceColumns, endPanel * PackedMatrix.PanelWidth - first));
    }

    private void Compute(int piece, Rows target)
    {
        var first = firstPanel + piece * PiecePanels;
        linear.Compute(input, target, first, Math.Min(first + PiecePanels, endPanel));
    }
}
