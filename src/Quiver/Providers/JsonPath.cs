using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Quiver.Providers;

/// <summary>
/// A path into JSON (RFC 9535): names, indexes and wildcards, one selector a segment. Descendants, slices, filters and unions are refused: a path
/// leads to one place and costs no more than the document is long.
/// </summary>
/// <remarks>Immutable.</remarks>
internal sealed class JsonPath
{
    public const int MaxLength = 256;

    private readonly Selector[] _selectors;

    private JsonPath(string text, Selector[] selectors) => (Text, _selectors) = (text, selectors);

    public string Text { get; }

    /// <exception cref="FormatException">It is no such path; the message says where.</exception>
    public static JsonPath Parse(string text)
    {
        if (text.Length > MaxLength)
            throw new FormatException($"it has more than {MaxLength} characters");
        return new JsonPath(text, [.. new Reader(text).ReadAll()]);
    }

    /// <summary>What the path leads to, in the order of the document; nothing where it leads nowhere.</summary>
    public IReadOnlyList<Match> Find(JsonElement root)
    {
        List<Match> found = [new(root, null)];
        foreach (var selector in _selectors)
        {
            var next = new List<Match>();
            foreach (var (value, _) in found)
                selector.AddTo(next, value);
            found = next;
        }

        return found;
    }

    /// <param name="Parent">The array or object that holds the value, or null for the document itself.</param>
    internal readonly record struct Match(JsonElement Value, JsonElement? Parent);

    /// <summary>A name, an index or, with neither, all there is.</summary>
    private readonly record struct Selector(string? Name, long? Index)
    {
        public void AddTo(List<Match> found, JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Object)
                AddMembers(found, value);
            else if (value.ValueKind == JsonValueKind.Array)
                AddElements(found, value);
        }

        private void AddMembers(List<Match> found, JsonElement value)
        {
            if (Name is not null && value.TryGetProperty(Name, out var member))
                found.Add(new Match(member, value));
            if (Name is not null || Index is not null)
                return;
            foreach (var each in value.EnumerateObject())
                found.Add(new Match(each.Value, value));
        }

        private void AddElements(List<Match> found, JsonElement value)
        {
            if (Index is { } index)
            {
                var place = index < 0 ? index + value.GetArrayLength() : index;
                if (place >= 0 && place < value.GetArrayLength())
                    found.Add(new Match(value[(int)place], value));
            }
            else if (Name is null)
            {
                foreach (var each in value.EnumerateArray())
                    found.Add(new Match(each, value));
            }
        }
    }

    private ref struct Reader(string text)
    {
        private const long MaxIndex = (1L << 53) - 1;

        private int _at;

        private readonly char Next => _at < text.Length ? text[_at] : '\0';

        public List<Selector> ReadAll()
        {
            var selectors = new List<Selector>();
            Take('$', "it begins with $");
            while (_at < text.Length)
            {
                SkipBlanks();
                selectors.Add(Next == '[' ? ReadBracket() : ReadDot());
            }

            return selectors;
        }

        private Selector ReadDot()
        {
            Take('.', "a name follows a dot, all else stands in brackets");
            if (Next == '.')
                throw Wrong("descendants (..) are not taken");
            if (TrySkip('*'))
                return default;

            var start = _at;
            while (_at < text.Length && IsOfName(text[_at], first: _at == start))
                _at++;
            return _at > start ? new Selector(text[start.._at], null) : throw Wrong("a name was expected");
        }

        private Selector ReadBracket()
        {
            Take('[', "");
            SkipBlanks();
            var selector = Next switch
            {
                '*' when TrySkip('*') => default,
                '\'' or '"' => new Selector(ReadQuoted(), null),
                '?' => throw Wrong("filters are not taken"),
                _ => new Selector(null, ReadIndex()),
            };
            SkipBlanks();
            if (Next is ':' or ',')
                throw Wrong("slices and unions are not taken");
            Take(']', "a bracket is not closed");
            return selector;
        }

        private long ReadIndex()
        {
            var start = _at;
            TrySkip('-');
            while (char.IsAsciiDigit(Next))
                _at++;
            var digits = text.AsSpan(start.._at);
            var isRight = digits is ['0'] || (digits is [>= '1' and <= '9', ..] or ['-', >= '1' and <= '9', ..]);
            return isRight && long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) && Math.Abs(index) <= MaxIndex
                ? index
                : throw Wrong("a name in quotes, an index or * was expected");
        }

        private string ReadQuoted()
        {
            var quote = text[_at++];
            var name = new StringBuilder();
            while (_at < text.Length && text[_at] != quote)
            {
                var character = text[_at++];
                if (character < ' ')
                    throw Wrong("a control character stands in a name");
                name.Append(character == '\\' ? ReadEscape(quote) : character);
            }

            Take(quote, "a name is not closed");
            return IsWellFormed(name.ToString()) ? name.ToString() : throw Wrong("half a surrogate pair stands in a name");
        }

        private char ReadEscape(char quote)
        {
            var escaped = Next;
            _at++;
            return escaped switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '/' or '\\' => escaped,
                'u' => ReadHexadecimal(),
                _ when escaped == quote => quote,
                _ => throw Wrong("an escape is not known"),
            };
        }

        private char ReadHexadecimal()
        {
            if (_at + 4 > text.Length || !ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
                throw Wrong("\\u has four hexadecimal digits");
            _at += 4;
            return (char)unit;
        }

        private static bool IsWellFormed(string name)
        {
            for (var at = 0; at < name.Length;)
            {
                if (Rune.DecodeFromUtf16(name.AsSpan(at), out _, out var units) != System.Buffers.OperationStatus.Done)
                    return false;
                at += units;
            }

            return true;
        }

        private void SkipBlanks()
        {
            while (Next is ' ' or '\t' or '\n' or '\r')
                _at++;
        }

        private bool TrySkip(char expected)
        {
            var skips = Next == expected;
            if (skips)
                _at++;
            return skips;
        }

        private void Take(char expected, string otherwise)
        {
            if (!TrySkip(expected))
                throw Wrong(otherwise);
        }

        private readonly FormatException Wrong(string what) => new(string.Create(CultureInfo.InvariantCulture, $"{what} (character {_at + 1})"));

        private static bool IsOfName(char character, bool first) =>
            char.IsAsciiLetter(character) || character is '_' or >= '\u0080' || (!first && char.IsAsciiDigit(character));
    }
}
