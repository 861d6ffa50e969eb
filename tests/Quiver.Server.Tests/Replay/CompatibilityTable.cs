using System.Text.RegularExpressions;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Replay;

/// <summary>
/// The rows of docs/compatibility.md for one server. A row names exchanges by their names and set-ups, and the aspects in which they may
/// differ; both may hold "*". Every pattern of every row has to be needed.
/// </summary>
internal sealed partial class CompatibilityTable
{
    private readonly List<Row> _rows;

    private CompatibilityTable(List<Row> rows) => _rows = rows;

    /// <summary>Reads the rows that begin with the server's name ("TEI").</summary>
    public static CompatibilityTable Of(string server) => new(
        [.. File.ReadLines(Path.Combine(TestData.RepositoryRoot, "docs", "compatibility.md"))
            .Where(line => line.StartsWith($"| {server} |", StringComparison.Ordinal))
            .Select(Row.Parse)]);

    /// <summary>Whether the exchange is listed as one that is not replayed.</summary>
    public bool LeavesOut(Exchange exchange) => Covers(exchange, "not replayed");

    /// <summary>Whether a row lists this difference. Each row that does is noted as needed.</summary>
    public bool Covers(Exchange exchange, string aspect)
    {
        var covered = false;
        foreach (var row in _rows)
            covered |= row.Covers(exchange, aspect);
        return covered;
    }

    /// <summary>Patterns that nothing was ever asked of: each is a difference that is none.</summary>
    public IEnumerable<string> Unneeded() => _rows.SelectMany(row => row.Unneeded());

    private sealed class Row(string line, Pattern[] names, Pattern[] setups, Pattern[] aspects)
    {
        /// <summary>Server, exchanges (and set-ups behind "in"), aspects, reason.</summary>
        public static Row Parse(string line)
        {
            var cells = line.Split(" | ");
            Assert.True(cells.Length == 4 && cells[3].Length > 4, $"A row has four cells, the last with a reason: {line}");
            var setups = cells[1].IndexOf("` in `", StringComparison.Ordinal) + 1;
            return setups == 0
                ? new Row(line, Patterns(cells[1]), [new Pattern("*")], Patterns(cells[2]))
                : new Row(line, Patterns(cells[1][..setups]), Patterns(cells[1][setups..]), Patterns(cells[2]));
        }

        public bool Covers(Exchange exchange, string aspect)
        {
            var name = Array.Find(names, pattern => pattern.Matches(exchange.Name));
            var setup = Array.Find(setups, pattern => pattern.Matches(exchange.Setup));
            var what = Array.Find(aspects, pattern => pattern.Matches(aspect));
            if (name is null || setup is null || what is null)
                return false;
            name.Needed = setup.Needed = what.Needed = true;
            return true;
        }

        public IEnumerable<string> Unneeded() =>
            from pattern in (IEnumerable<Pattern>)[.. names, .. setups, .. aspects] where !pattern.Needed select $"`{pattern}` of {line}";

        private static Pattern[] Patterns(string cell)
        {
            var quoted = Quoted().Matches(cell).Select(match => new Pattern(match.Groups[1].Value)).ToArray();
            Assert.NotEmpty(quoted);
            return quoted;
        }
    }

    private sealed class Pattern(string text)
    {
        private readonly Regex _regex = new($"^{Regex.Escape(text).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant);

        public bool Needed { get; set; }

        public bool Matches(string value) => _regex.IsMatch(value);

        public override string ToString() => text;
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
