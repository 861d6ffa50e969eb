using System.Text.Json;
using Quiver.Models;

namespace Quiver.Tokenization.Files;

/// <summary>A value in a JSON file that knows its path, so that every complaint names the file and the member.</summary>
/// <param name="path">Of what holds it, where it is an entry of a mapping or a list; else its own.</param>
/// <param name="key">Its key in a mapping: vocabularies have ten thousands of them, whose paths nobody asks for.</param>
/// <param name="index">Its place in a list.</param>
internal readonly struct JsonMember(JsonElement element, string source, string path, string? key = null, int index = -1)
{
    public string Path => key is not null ? $"{path}[\"{key}\"]" : index >= 0 ? $"{path}[{index}]" : path;

    public bool IsNull => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public JsonValueKind Kind => element.ValueKind;

    /// <summary>The member of this name, or a null one.</summary>
    public JsonMember this[string name]
    {
        get
        {
            Require(JsonValueKind.Object, "an object");
            return new JsonMember(element.TryGetProperty(name, out var value) ? value : default, source, path.Length == 0 ? name : $"{Path}.{name}");
        }
    }

    public ModelFormatException Problem(string problem) => new(source, $"{Path}: {problem}");

    /// <summary>Refuses members beyond these: an option that is not understood must not be ignored.</summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        Require(JsonValueKind.Object, "an object");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property);
            if (!names.Contains(name))
                throw this[name].Problem("is not an option Quiver knows");
            if (!seen.Add(name))
                throw this[name].Problem("is given twice");
        }
    }

    public string Text()
    {
        Require(JsonValueKind.String, "a string");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new ModelFormatException(source, $"{Path}: is not valid Unicode", exception);
        }
    }

    public string Text(string orElse) => IsNull ? orElse : Text();

    public bool Flag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Problem("must be true or false"),
    };

    public bool Flag(bool orElse) => IsNull ? orElse : Flag();

    public int Integer(int minimum, int maximum)
    {
        Require(JsonValueKind.Number, "a number");
        return element.TryGetInt32(out var value) && value >= minimum && value <= maximum
            ? value
            : throw Problem($"must be a whole number from {minimum} to {maximum}");
    }

    public double Number()
    {
        Require(JsonValueKind.Number, "a number");
        return element.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Problem("must be a finite number");
    }

    public int Count
    {
        get
        {
            Require(JsonValueKind.Array, "a list");
            return element.GetArrayLength();
        }
    }

    public IEnumerable<JsonMember> Items()
    {
        Require(JsonValueKind.Array, "a list");
        var place = 0;
        var own = Path;
        foreach (var item in element.EnumerateArray())
            yield return new JsonMember(item, source, own, index: place++);
    }

    public IEnumerable<(string Name, JsonMember Value)> Members()
    {
        Require(JsonValueKind.Object, "an object");
        var own = Path;
        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property);
            yield return (name, new JsonMember(property.Value, source, own, key: name));
        }
    }

    /// <summary>One of a closed set of words.</summary>
    public T OneOf<T>(params ReadOnlySpan<(string Name, T Value)> choices)
    {
        var text = Text();
        foreach (var (name, value) in choices)
        {
            if (name == text)
                return value;
        }

        throw Problem($"\"{text}\" is not known to Quiver");
    }

    private void Require(JsonValueKind kind, string what)
    {
        if (element.ValueKind != kind)
            throw Problem(IsNull ? $"is missing; it must be {what}" : $"must be {what}");
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new ModelFormatException(source, $"{Path}: a member's name is not valid Unicode", exception);
        }
    }
}
