namespace Quiver.Server.Configuration;

/// <summary>Finds the word that a misspelt one was meant to be.</summary>
internal static class Spelling
{
    /// <summary>The nearest word, if it is near enough to be worth suggesting: a third of its letters wrong at the most.</summary>
    public static string? Nearest(string written, IEnumerable<string> words) => words
        .Select(word => (Word: word, Distance: Distance(written, word)))
        .Where(candidate => candidate.Distance <= Math.Max(1, Math.Min(candidate.Word.Length, written.Length) / 3))
        .OrderBy(candidate => candidate.Distance)
        .Select(candidate => candidate.Word)
        .FirstOrDefault();

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours that lead from one to the other (optimal string alignment).</summary>
    public static int Distance(string from, string to)
    {
        var (before, last, next) = (new int[to.Length + 1], new int[to.Length + 1], new int[to.Length + 1]);
        for (var j = 0; j <= to.Length; j++)
            last[j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            next[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                next[j] = Math.Min(last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1), Math.Min(last[j], next[j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    next[j] = Math.Min(next[j], before[j - 2] + 1);
            }

            (before, last, next) = (last, next, before);
        }

        return last[to.Length];
    }
}
