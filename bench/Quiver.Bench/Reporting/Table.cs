namespace Quiver.Bench.Reporting;

/// <summary>A Markdown table, written row by row.</summary>
internal sealed class Table
{
    private const int Width = 12;

    private readonly Action<string> _line;

    public Table(string[] columns, Action<string> line)
    {
        _line = line;
        Row(columns);
        line("|" + string.Concat(columns.Select((column, i) => i == 0 ? "---|" : new string('-', Math.Max(Width, column.Length) + 1) + ":|")));
    }

    public void Row(params ReadOnlySpan<string> cells)
    {
        var row = "|";
        for (var i = 0; i < cells.Length; i++)
            row += i == 0 ? $" {cells[i],-44} |" : $" {cells[i].PadLeft(Width)} |";
        _line(row);
    }
}
