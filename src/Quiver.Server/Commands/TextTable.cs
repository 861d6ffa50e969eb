namespace Quiver.Server.Commands;

/// <summary>Rows in aligned columns two blanks apart, without lines: readable on a terminal and easy for <c>awk</c>.</summary>
/// <remarks>Spectre's tables would wrap cells to the terminal's width and pad every line to it.</remarks>
internal sealed class TextTable(params IReadOnlyList<TextColumn> columns)
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    public void Add(params IReadOnlyList<string> cells)
    {
        if (cells.Count != columns.Count) throw new ArgumentException($"{cells.Count} cells for {columns.Count} columns.", nameof(cells));
        _rows.Add(cells);
    }

    public void WriteTo(TextWriter output)
    {
        IReadOnlyList<string> header = [.. columns.Select(column => column.Header)];
        var lines = header.All(name => name.Length == 0) ? _rows : [header, .. _rows];
        var widths = columns.Select((_, i) => lines.Max(line => line[i].Length)).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, i) => columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}

/// <param name="Header">The name above the column; a table whose headers are all empty has no header line.</param>
/// <param name="IsNumber">Set to the right.</param>
internal sealed record TextColumn(string Header, bool IsNumber = false)
{
    public static implicit operator TextColumn(string header) => new(header);

    public static TextColumn Number(string header) => new(header, IsNumber: true);
}
