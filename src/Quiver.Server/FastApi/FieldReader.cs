using System.Globalization;
using System.Text.Json;

namespace Quiver.Server.FastApi;

/// <summary>Reads values as pydantic does where the service left it lax: a switch may be 1 or "yes", a number may be a string of digits; a text may be nothing else.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> body)
{
    private const int MaxDepth = 128;

    private readonly ReadOnlySpan<byte> _body = body;

    private Utf8JsonReader _json = new(body, new JsonReaderOptions { MaxDepth = MaxDepth });

    public readonly JsonTokenType Token => _json.TokenType;

    public bool Next() => _json.Read();

    public void Skip() => _json.Skip();

    public string Name() => TryGetString(out var name) ? name : "";

    /// <param name="min">In characters (code points).</param>
    /// <param name="max">In characters.</param>
    public void String(Field<string> field, int min = 0, int max = int.MaxValue)
    {
        if (_json.TokenType != JsonTokenType.String)
            WrongType(field, "string_type", "Input should be a valid string");
        else if (!TryGetString(out var text))
            field.Fail("string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string");
        else if (text.Length < min)
            field.Fail("string_too_short", $"String should have at least {min} {Plural("character", min)}", $$"""{"min_length":{{min}}}""");
        else if (IsLongerThan(text, max))
            field.Fail("string_too_long", $"String should have at most {max} characters", $$"""{"max_length":{{max}}}""");
        else
            field.Set(text);
    }

    /// <summary>A string, or null for none.</summary>
    public void OptionalString(Field<string?> field)
    {
        if (_json.TokenType == JsonTokenType.Null)
            field.Set(null);
        else if (_json.TokenType != JsonTokenType.String)
            WrongType(field, "string_type", "Input should be a valid string");
        else if (!TryGetString(out var text))
            field.Fail("string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string");
        else
            field.Set(text);
    }

    public void Boolean(Field<bool> field)
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.True or JsonTokenType.False:
                field.Set(_json.GetBoolean());
                break;
            case JsonTokenType.Number when _json.TryGetDouble(out var number) && number is 0 or 1:
                field.Set(number == 1);
                break;
            case JsonTokenType.String when TryGetString(out var word) && Switch(word) is { } value:
                field.Set(value);
                break;
            case JsonTokenType.Number or JsonTokenType.String:
                field.Fail("bool_parsing", "Input should be a valid boolean, unable to interpret input");
                break;
            default:
                WrongType(field, "bool_type", "Input should be a valid boolean");
                break;
        }
    }

    public void Integer(Field<int> field, int min, int max)
    {
        if (!TryGetNumber(out var number))
            WrongType(field, "int_type", "Input should be a valid integer");
        else if (number != Math.Truncate(number))
            field.Fail("int_from_float", "Input should be a valid integer, got a number with a fractional part");
        else if (IsWithin(field, number, min, max, ""))
            field.Set((int)number);
    }

    /// <summary>A whole number, or null for none.</summary>
    public void OptionalInteger(Field<int?> field, int min, int max)
    {
        if (_json.TokenType == JsonTokenType.Null)
            field.Set(null);
        else if (!TryGetNumber(out var number))
            WrongType(field, "int_type", "Input should be a valid integer");
        else if (number != Math.Truncate(number))
            field.Fail("int_from_float", "Input should be a valid integer, got a number with a fractional part");
        else if (IsWithin(field, number, min, max, ""))
            field.Set((int)number);
    }

    /// <summary>An object, as it was written.</summary>
    public void Object(Field<string> field)
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            WrongType(field, "dict_type", "Input should be a valid dictionary");
            return;
        }

        var start = (int)_json.TokenStartIndex;
        _json.Skip();
        field.Set(System.Text.Encoding.UTF8.GetString(_body[start..(int)_json.BytesConsumed]));
    }

    public void Number(Field<double> field, int min, int max)
    {
        if (!TryGetNumber(out var number))
            WrongType(field, "float_type", "Input should be a valid number");
        else if (IsWithin(field, number, min, max, ".0"))
            field.Set(number);
    }

    /// <summary>A list of strings. Of items that are none, the first is told.</summary>
    public void Strings(Field<IReadOnlyList<string>> field, int min, int max)
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            WrongType(field, "list_type", "Input should be a valid list");
            return;
        }

        var texts = new List<string>();
        var (count, wrong) = (0, -1);
        for (; _json.Read() && _json.TokenType != JsonTokenType.EndArray; count++)
        {
            if (count < max && wrong < 0)
            {
                if (_json.TokenType == JsonTokenType.String && TryGetString(out var text))
                    texts.Add(text);
                else
                    wrong = count;
            }

            _json.Skip();
        }

        if (count > max)
            field.Fail("too_long", $"List should have at most {max} items after validation, not {count}", $$"""{"field_type":"List","max_length":{{max}},"actual_length":{{count}}}""");
        else if (wrong >= 0)
            field.Fail("string_type", "Input should be a valid string", index: wrong);
        else if (count < min)
            field.Fail("too_short", $"List should have at least {min} {Plural("item", min)} after validation, not {count}", $$"""{"field_type":"List","min_length":{{min}},"actual_length":{{count}}}""");
        else
            field.Set(texts);
    }

    /// <summary>A list of finite numbers, or null for none.</summary>
    public void OptionalNumbers(Field<float[]?> field)
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            field.Set(null);
            return;
        }

        if (_json.TokenType != JsonTokenType.StartArray)
        {
            WrongType(field, "list_type", "Input should be a valid list");
            return;
        }

        var numbers = new List<float>();
        var (count, wrong) = (0, -1);
        for (; _json.Read() && _json.TokenType != JsonTokenType.EndArray; count++)
        {
            if (_json.TokenType == JsonTokenType.Number && _json.TryGetSingle(out var number) && float.IsFinite(number))
                numbers.Add(number);
            else
                wrong = wrong < 0 ? count : wrong;
            _json.Skip();
        }

        if (wrong >= 0)
            field.Fail("float_type", "Input should be a valid number", index: wrong);
        else
            field.Set([.. numbers]);
    }

    /// <summary>A list of equally long lists of finite numbers, at least one of at least one.</summary>
    public void Vectors(Field<float[][]> field)
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            WrongType(field, "list_type", "Input should be a valid list");
            return;
        }

        var vectors = new List<float[]>();
        var (count, wrong) = (0, -1);
        for (; _json.Read() && _json.TokenType != JsonTokenType.EndArray; count++)
        {
            if (_json.TokenType == JsonTokenType.StartArray && Numbers() is { Length: > 0 } vector && (vectors is [] || vector.Length == vectors[0].Length))
                vectors.Add(vector);
            else
                wrong = wrong < 0 ? count : wrong;
            _json.Skip();
        }

        if (wrong >= 0)
            field.Fail("value_error", "Input should be a list of finite numbers, as long as the first one", index: wrong);
        else if (count == 0)
            field.Fail("too_short", "List should have at least 1 item after validation, not 0");
        else
            field.Set([.. vectors]);
    }

    /// <summary>The list at hand, or null where something in it is no finite number.</summary>
    private float[]? Numbers()
    {
        var numbers = new List<float>();
        var isFinite = true;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType == JsonTokenType.Number && _json.TryGetSingle(out var number) && float.IsFinite(number))
                numbers.Add(number);
            else
                isFinite = false;
            _json.Skip();
        }

        return isFinite ? [.. numbers] : null;
    }

    public static bool IsLongerThan(string text, int characters) =>
        // Surrogate pairs are one character: a text of up to twice the limit in UTF-16 may be within it.
        text.Length > characters && text.EnumerateRunes().Count() > characters;

    private void WrongType<T>(Field<T> field, string type, string message)
    {
        field.Fail(type, message);
        _json.Skip();
    }

    private static bool IsWithin<T>(Field<T> field, double number, int min, int max, string fraction)
    {
        if (number < min)
            field.Fail("greater_than_equal", $"Input should be greater than or equal to {min}", $$"""{"ge":{{min}}{{fraction}}}""");
        else if (number > max)
            field.Fail("less_than_equal", $"Input should be less than or equal to {max}", $$"""{"le":{{max}}{{fraction}}}""");
        else
            return true;
        return false;
    }

    private readonly bool TryGetNumber(out double number)
    {
        number = 0;
        return _json.TokenType switch
        {
            JsonTokenType.Number => _json.TryGetDouble(out number) && double.IsFinite(number),
            JsonTokenType.String => TryGetString(out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number),
            _ => false,
        };
    }

    /// <summary>The string at hand; not one with half of a surrogate pair, which the reader reports by the wrong kind of exception.</summary>
    private readonly bool TryGetString(out string text)
    {
        try
        {
            text = _json.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    private static bool? Switch(string word) => word.ToUpperInvariant() switch
    {
        "TRUE" or "T" or "YES" or "Y" or "ON" or "1" => true,
        "FALSE" or "F" or "NO" or "N" or "OFF" or "0" => false,
        _ => null,
    };

    private static string Plural(string word, int count) => count == 1 ? word : word + "s";
}
