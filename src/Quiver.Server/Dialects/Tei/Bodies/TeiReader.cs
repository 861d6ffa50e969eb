using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Quiver.Embedding;
using Quiver.Tokenization;

namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>
/// Reads a body as TEI's parser (serde_json) does, and words what is wrong as it does: where in the body, what is there, what is expected, line
/// and column. Strings that stand in a wrong place are not repeated: they may be a user's text.
/// </summary>
/// <remarks>
/// As there, bytes behind the value are ignored, unknown members are skipped, a known one may stand once, and an object may come as an array of
/// all its members in order.
/// </remarks>
internal ref struct TeiReader
{
    private const int MaxDepth = 128;
    private const string PairsExpected = "a string, a pair of strings [string, string] or a batch of mixed strings and pairs [[string], [string, string], ...]";

    private readonly ReadOnlySpan<byte> _body;
    private readonly bool _withPlace;
    private Utf8JsonReader _json;
    private string _path = "";

    private TeiReader(ReadOnlySpan<byte> body, bool withPlace)
    {
        _body = body;
        _withPlace = withPlace;
        _json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    /// <summary>Whether an object is at hand.</summary>
    public readonly bool IsObject => _json.TokenType == JsonTokenType.StartObject;

    /// <summary>Whether null is at hand.</summary>
    public readonly bool IsNull => _json.TokenType == JsonTokenType.Null;

    /// <exception cref="TeiException">400: the body is not JSON. 422: it is not what this route reads.</exception>
    public static T Read<T>(ReadOnlySpan<byte> body, T target)
        where T : TeiBody
    {
        if (!Utf8.IsValid(body))
            throw NotJson("not valid UTF-8");
        return Read(body, target, withPlace: true);
    }

    /// <summary>Reads an object that was found inside a body which was read before; errors then do not say where they are.</summary>
    /// <exception cref="TeiException">422: it is not what is read here.</exception>
    public static T ReadInner<T>(ReadOnlySpan<byte> json, T target)
        where T : TeiBody => Read(json, target, withPlace: false);

    private static T Read<T>(ReadOnlySpan<byte> body, T target, bool withPlace)
        where T : TeiBody
    {
        try
        {
            var reader = new TeiReader(body, withPlace);
            reader._json.Read();
            reader.Object(target);
            return target;
        }
        catch (JsonException exception)
        {
            throw NotJson(string.Create(CultureInfo.InvariantCulture, $"not well-formed at line {exception.LineNumber + 1} column {exception.BytePositionInLine + 1}"));
        }
    }

    /// <summary>Reads the object at hand.</summary>
    public void Object(TeiBody target)
    {
        var path = _path;
        switch (_json.TokenType)
        {
            case JsonTokenType.StartObject:
                Members(target, path);
                break;
            case JsonTokenType.StartArray:
                Elements(target, path);
                break;
            default:
                throw WrongType(target.Name);
        }

        _path = path;
    }

    public string String() => _json.TokenType == JsonTokenType.String ? Text() : throw WrongType("a string");

    public string? OptionalString() => IsNull ? null : String();

    public readonly bool Boolean() =>
        _json.TokenType is JsonTokenType.True or JsonTokenType.False ? _json.GetBoolean() : throw WrongType("a boolean");

    public readonly bool? OptionalBoolean() => IsNull ? null : Boolean();

    /// <summary>A number of things, or null. What is too large for an int is the largest int: too large for anything counted here.</summary>
    public readonly int? OptionalCount()
    {
        if (IsNull)
            return null;
        if (_json.TokenType != JsonTokenType.Number)
            throw WrongType("usize");
        if (_json.TryGetUInt64(out var count))
            return (int)Math.Min(count, int.MaxValue);
        throw _json.TryGetInt64(out var negative) ? Wrong($"invalid value: integer `{negative}`, expected usize", _json.BytesConsumed) : WrongType("usize");
    }

    /// <summary>Which end is cut off: "Left" or "Right", also in lower case.</summary>
    public TruncationSide Side()
    {
        if (_json.TokenType != JsonTokenType.String)
            throw NotJson(Described("expected value", _json.TokenStartIndex + 1));
        var name = Text();
        return name switch
        {
            "Left" or "left" => TruncationSide.Left,
            "Right" or "right" => TruncationSide.Right,
            _ => throw Wrong($"unknown variant `{TeiWords.Short(name)}`, expected one of `Left`, `left`, `Right`, `right`", _json.BytesConsumed),
        };
    }

    /// <summary>A list of strings.</summary>
    public List<string> Strings()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
            throw WrongType("a sequence");
        var path = _path;
        var strings = new List<string>();
        while (Next() != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.String)
                _path = $"{path}[{strings.Count}]";
            strings.Add(String());
        }

        return strings;
    }

    /// <summary>The bytes of each element of a list, read by nobody yet: their places in the body.</summary>
    public List<Range> Ranges()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
            throw WrongType("a sequence");
        var ranges = new List<Range>();
        while (Next() != JsonTokenType.EndArray)
        {
            var start = (int)_json.TokenStartIndex;
            _json.Skip();
            ranges.Add(start..(int)_json.BytesConsumed);
        }

        return ranges;
    }

    /// <summary>A string, a list of ids, or a list of both: one input or several.</summary>
    public List<EmbeddingInput> Inputs()
    {
        var start = _json;
        switch (_json.TokenType)
        {
            case JsonTokenType.String:
                return [new EmbeddingInput(Text())];
            case JsonTokenType.StartArray when TryIds() is { } ids:
                return [new EmbeddingInput(null, ids, Complete: true)];
        }

        _json = start;
        var inputs = new List<EmbeddingInput>();
        if (_json.TokenType != JsonTokenType.StartArray)
            throw NoVariant("Input", start);
        while (Next() != JsonTokenType.EndArray)
        {
            inputs.Add(_json.TokenType switch
            {
                JsonTokenType.String => new EmbeddingInput(Text()),
                JsonTokenType.StartArray when TryIds() is { } ids => new EmbeddingInput(null, ids, Complete: true),
                _ => throw NoVariant("Input", start),
            });
        }

        return inputs;
    }

    /// <summary>A string or a list of strings, by the name of TEI's type for it.</summary>
    public List<string> Texts(string type)
    {
        var start = _json;
        if (_json.TokenType == JsonTokenType.String)
            return [Text()];
        var texts = new List<string>();
        if (_json.TokenType != JsonTokenType.StartArray)
            throw NoVariant(type, start);
        while (Next() != JsonTokenType.EndArray)
            texts.Add(_json.TokenType == JsonTokenType.String ? Text() : throw NoVariant(type, start));
        return texts;
    }

    /// <summary>A list of ids, or a list of such lists.</summary>
    public List<int[]> IdLists()
    {
        var start = _json;
        if (_json.TokenType == JsonTokenType.StartArray && TryIds() is { } single)
            return [single];

        _json = start;
        var lists = new List<int[]>();
        if (_json.TokenType != JsonTokenType.StartArray)
            throw NoVariant("InputIds", start);
        while (Next() != JsonTokenType.EndArray)
            lists.Add(_json.TokenType == JsonTokenType.StartArray && TryIds() is { } ids ? ids : throw NoVariant("InputIds", start));
        return lists;
    }

    /// <summary>Skips a text, a pair of texts, or a list of lists of one text or two, and returns how many of them there are.</summary>
    public int Pairs()
    {
        if (_json.TokenType == JsonTokenType.String)
            return 1;
        if (_json.TokenType != JsonTokenType.StartArray)
            throw Wrong($"invalid type: {TeiWords.Found(_json)}, expected {PairsExpected}", _json.BytesConsumed);
        if (Next() is JsonTokenType.String or JsonTokenType.EndArray)
            return RequirePair(RestOfTexts(), _json.BytesConsumed);

        var path = _path;
        var count = 0;
        for (; _json.TokenType != JsonTokenType.EndArray; Next())
        {
            _path = $"{path}[{count}]";
            if (_json.TokenType != JsonTokenType.StartArray)
                throw count == 0 ? NoVariant("Internal", _json, ']') : WrongType("a sequence");
            Next();
            var texts = RestOfTexts();
            _path = path;
            count += RequirePair(texts, Past(']', (int)_json.BytesConsumed));
        }

        return count;
    }

    /// <summary>Skips strings, the first of which is at hand, to the end of their array, and counts them.</summary>
    private int RestOfTexts()
    {
        var path = _path;
        var count = 0;
        for (; _json.TokenType != JsonTokenType.EndArray; Next())
        {
            _path = $"{path}[{count++}]";
            _ = String();
        }

        _path = path;
        return count;
    }

    private readonly int RequirePair(int texts, long end) =>
        texts is 1 or 2 ? 1 : throw Wrong($"invalid length {texts}, expected {PairsExpected}", end);

    /// <summary>A value of another type than the one expected.</summary>
    private readonly TeiException WrongType(string expected) =>
        Wrong($"invalid type: {TeiWords.Found(_json)}, expected {expected}", _json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? _json.TokenStartIndex : _json.BytesConsumed);

    private void Members(TeiBody target, string path)
    {
        var seen = 0;
        while (Next() == JsonTokenType.PropertyName)
        {
            var index = IndexOf(target.Members);
            var name = index < 0 ? "" : target.Members[index];
            if (index >= 0 && (seen & (1 << index)) != 0)
                throw Wrong($"duplicate field `{name}`", _json.TokenStartIndex + _json.ValueSpan.Length + 2);
            Next();
            if (index < 0)
            {
                _json.Skip();
                continue;
            }

            seen |= 1 << index;
            _path = path.Length == 0 ? name : $"{path}.{name}";
            target.Read(name, ref this);
            _path = path;
        }

        for (var i = 0; i < target.Required; i++)
        {
            if ((seen & (1 << i)) == 0)
                throw Wrong($"missing field `{target.Members[i]}`", _json.BytesConsumed);
        }
    }

    private void Elements(TeiBody target, string path)
    {
        var members = target.Members;
        for (var i = 0; i < members.Length; i++)
        {
            if (Next() == JsonTokenType.EndArray)
                throw Wrong($"invalid length {i}, expected {target.Name} with {members.Length} elements", _json.BytesConsumed);
            _path = $"{path}[{i}]";
            target.Read(members[i], ref this);
            _path = path;
        }

        if (Next() != JsonTokenType.EndArray)
            throw Wrong($"invalid length {members.Length + 1}, expected {target.Name} with {members.Length} elements", _json.BytesConsumed);
    }

    /// <summary>The place of the name at hand among the members, or -1. Names with escapes are rare, and may be no text at all.</summary>
    private readonly int IndexOf(ReadOnlySpan<string> members)
    {
        if (_json.ValueIsEscaped)
            return members.IndexOf(Text());
        for (var i = 0; i < members.Length; i++)
        {
            if (_json.ValueTextEquals(members[i]))
                return i;
        }

        return -1;
    }

    /// <summary>Reads ids to the end of the array at hand; null where there is anything else in it, or a number that cannot be an id.</summary>
    private int[]? TryIds()
    {
        var ids = new List<int>();
        while (Next() != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetUInt32(out var id))
                return null;
            ids.Add((int)Math.Min(id, int.MaxValue));
        }

        return [.. ids];
    }

    private JsonTokenType Next()
    {
        _json.Read();
        return _json.TokenType;
    }

    /// <summary>The string at hand. The reader reports an escaped lone surrogate by the wrong kind of exception.</summary>
    private readonly string Text()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw NotJson(Described("lone surrogate", _json.BytesConsumed));
        }
    }

    /// <summary>serde has read the whole value, and the bracket behind it, before it finds that no form of the type fits.</summary>
    private readonly TeiException NoVariant(string type, Utf8JsonReader value, char bracket = '}')
    {
        value.Skip();
        return Wrong($"data did not match any variant of untagged enum {type}", Past(bracket, (int)value.BytesConsumed));
    }

    private readonly long Past(char bracket, int end)
    {
        while (end < _body.Length && _body[end] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            end++;
        return end < _body.Length && _body[end] == bracket ? end + 1 : end;
    }

    private readonly TeiException Wrong(string problem, long end) =>
        new(new TeiError(422, "Validation", _withPlace ? "Failed to deserialize the JSON body into the target type: " + Described(problem, end) : problem));

    private readonly string Described(string problem, long end)
    {
        var before = _body[..(int)Math.Min(end, _body.Length)];
        var where = _path.Length == 0 ? "" : _path + ": ";
        return string.Create(CultureInfo.InvariantCulture, $"{where}{problem} at line {before.Count((byte)'\n') + 1} column {end - before.LastIndexOf((byte)'\n') - 1}");
    }

    private static TeiException NotJson(string reason) => new(new TeiError(400, "Validation", $"Failed to parse the request body as JSON: {reason}"));
}
