using System.Text;

namespace Quiver.Server.Configuration;

/// <summary>Reads the variables of a .env file: NAME=VALUE lines as docker and the dotenv libraries take them. Nothing is set in the process.</summary>
/// <remarks>
/// Comments, <c>export</c>, single quotes (literal) and double quotes (with backslash escapes), both over several lines. References such as
/// ${HOME} are not expanded: a value that holds one is refused where it is used. See docs/decisions/0081-other-services-variables.md.
/// </remarks>
internal sealed class EnvironmentFile
{
    private const int MaxBytes = 1024 * 1024;

    private readonly string _file;
    private readonly string _text;
    private readonly List<string> _problems;
    private readonly Dictionary<string, Variable> _variables = new(StringComparer.Ordinal);
    private int _at;
    private int _line = 1;

    private EnvironmentFile(string file, string text, List<string> problems) =>
        (_file, _text, _problems) = (file, text.ReplaceLineEndings("\n"), problems);

    /// <param name="problems">Gets what is wrong, a line each, without values.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<Variable> Read(string file, List<string> problems)
    {
        if (new FileInfo(file).Length > MaxBytes)
        {
            problems.Add($"{file} is larger than 1 MiB: that is no file of variables.");
            return [];
        }

        var reader = new EnvironmentFile(file, File.ReadAllText(file), problems);
        while (reader._at < reader._text.Length)
            reader.ReadLine();
        return [.. reader._variables.Values];
    }

    private char Current => _at < _text.Length ? _text[_at] : '\n';

    private void ReadLine()
    {
        var line = _line;
        SkipBlanks();
        if (Current is not ('\n' or '#'))
        {
            if (ReadName() is { } name && ReadValue() is { } value)
                Add(name, value.Text, value.HasReference, line);
            else
                _problems.Add($"{_file}:{line}: write NAME=VALUE.");
        }

        // The rest is a comment, or what could not be read.
        while (Current != '\n')
            _at++;
        _at++;
        _line++;
    }

    private void Add(string name, string value, bool hasReference, int line)
    {
        if (!_variables.TryAdd(name, new Variable(name, value, $"{_file}:{line} {name}", hasReference)))
            _problems.Add($"{_file}:{line}: {name} stands in the file already ({_variables[name].Source}).");
    }

    private string? ReadName()
    {
        const string Export = "export ";
        if (string.CompareOrdinal(_text, _at, Export, 0, Export.Length) == 0)
            _at += Export.Length;
        SkipBlanks();
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '.' or '-')
            _at++;
        var name = _text[start.._at];
        SkipBlanks();
        if (name.Length == 0 || Current != '=')
            return null;
        _at++;
        SkipBlanks();
        return name;
    }

    private (string Text, bool HasReference)? ReadValue() => Current switch
    {
        '\'' => ReadQuoted('\''),
        '"' => ReadQuoted('"'),
        _ => ReadBare(),
    };

    /// <summary>Up to the end of the line or a comment, which a blank precedes.</summary>
    private (string Text, bool HasReference) ReadBare()
    {
        var start = _at;
        while (Current != '\n' && !(Current == '#' && (_at == start || _text[_at - 1] is ' ' or '\t')))
            _at++;
        var text = _text[start.._at].Trim();
        return (text, HasReference(text));
    }

    private (string Text, bool HasReference)? ReadQuoted(char quote)
    {
        var text = new StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == quote)
            {
                _at++;
                SkipBlanks();
                return Current is '\n' or '#' ? (text.ToString(), quote == '"' && HasReference(text.ToString())) : null;
            }

            if (c == '\n')
                _line++;
            if (c == '\\' && quote == '"' && _at + 1 < _text.Length)
                c = Unescape(_text[++_at]);
            text.Append(c);
        }

        return null;
    }

    private static char Unescape(char escaped) => escaped switch { 'n' => '\n', 'r' => '\r', 't' => '\t', _ => escaped };

    private static bool HasReference(string text) => text.Contains("${", StringComparison.Ordinal);

    private void SkipBlanks()
    {
        while (Current is ' ' or '\t')
            _at++;
    }

    /// <param name="Source">File, line and name.</param>
    /// <param name="HasReference">Whether the value refers to another variable, which is not expanded.</param>
    internal sealed record Variable(string Name, string Value, string Source, bool HasReference);
}
