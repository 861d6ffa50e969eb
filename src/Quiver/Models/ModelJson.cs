using System.Text.Json;
using System.Text.Unicode;

namespace Quiver.Models;

/// <summary>A JSON value of a model folder that knows its file and its place there, so that every complaint names both.</summary>
/// <remarks>Member null means the same as member absent, as it does to the Python libraries that write these files.</remarks>
internal readonly struct ModelJson
{
    /// <summary>The largest JSON file read: a tokenizer_config.json with a hundred thousand added tokens has a quarter of it.</summary>
    private const int MaxFileLength = 64 << 20;

    private const int MaxPlaceLength = 500;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private readonly string _file;
    private readonly string _place;

    private ModelJson(string file, string place, JsonElement element)
    {
        _file = file;
        _place = place;
        Element = element;
    }

    public JsonElement Element { get; }

    /// <summary>Reads a file whose root must be an object or a list.</summary>
    /// <exception cref="ModelFormatException">It cannot be read, is not JSON, or says a member twice.</exception>
    public static ModelJson Read(string file)
    {
        try
        {
            var length = new FileInfo(file).Length;
            if (length > MaxFileLength)
                throw new ModelFormatException(file, $"{length} bytes are more than the {MaxFileLength} a JSON file may have");
            return Parse(file, File.ReadAllBytes(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(file, "cannot be read", error);
        }
    }

    public static ModelJson Parse(string file, ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span))
            throw new ModelFormatException(file, "is not valid UTF-8");

        try
        {
            var root = JsonDocument.Parse(utf8, Strict).RootElement;
            return new ModelJson(file, "", root);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The inner message would repeat bytes of the file; where it stopped is what helps.
            var line = (error as JsonException)?.LineNumber;
            throw new ModelFormatException(file, line is null ? "is not valid JSON" : $"is not valid JSON (line {line + 1})", error);
        }
    }

    /// <param name="most">An object with more members is refused: nothing is ever left out in silence.</param>
    public IEnumerable<(string Name, ModelJson Value)> Members(int most = int.MaxValue)
    {
        if (Element.ValueKind != JsonValueKind.Object)
            throw Fault("must be an object");
        if (Element.GetPropertyCount() > most)
            throw Fault($"has more than {most} members");
        foreach (var property in Element.EnumerateObject())
        {
            var name = NameOf(property);
            yield return (name, new ModelJson(_file, Below(name), property.Value));
        }
    }

    /// <param name="most">A longer list is refused.</param>
    public IEnumerable<ModelJson> Items(int most)
    {
        if (Element.ValueKind != JsonValueKind.Array)
            throw Fault("must be a list");
        if (Element.GetArrayLength() > most)
            throw Fault($"has more than {most} items");
        var index = 0;
        foreach (var item in Element.EnumerateArray())
            yield return new ModelJson(_file, $"{_place}[{index++}]", item);
    }

    /// <summary>The first of several names for one member that is present, or null.</summary>
    public ModelJson? Find(params ReadOnlySpan<string> names)
    {
        if (Element.ValueKind != JsonValueKind.Object)
            throw Fault("must be an object");
        foreach (var name in names)
        {
            if (Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
                return new ModelJson(_file, Below(name), value);
        }

        return null;
    }

    public ModelJson Require(params ReadOnlySpan<string> names) =>
        Find(names) ?? throw Fault($"{string.Join(" or ", names.ToArray())} is missing");

    public int Int(int min, int max) => (int)Long(min, max);

    public long Long(long min, long max) =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt64(out var value) && value >= min && value <= max
            ? value
            : throw Fault($"must be a whole number from {min} to {max}");

    /// <summary>A number that may be larger than any integer type: "no limit" is written as 1e30.</summary>
    public double Number(double min, double max) =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out var value) && value >= min && value <= max
            ? value
            : throw Fault($"must be a number from {min} to {max}");

    public bool Bool() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault("must be true or false"),
    };

    public string String()
    {
        if (Element.ValueKind != JsonValueKind.String)
            throw Fault("must be a string");
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw Fault("holds half of a surrogate pair", error);
        }
    }

    public ModelFormatException Fault(string problem, Exception? innerException = null)
    {
        var place = _place.Length <= MaxPlaceLength ? _place : _place[..MaxPlaceLength] + "…";
        return new(_file, place.Length == 0 ? problem : $"{place} {problem}", innerException);
    }

    private string Below(string name) => _place.Length == 0 ? name : $"{_place}.{name}";

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException error)
        {
            throw Fault("a member's name holds half of a surrogate pair", error);
        }
    }
}
