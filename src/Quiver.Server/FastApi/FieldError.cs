namespace Quiver.Server.FastApi;

/// <summary>One thing that is wrong with a request, as FastAPI lists it.</summary>
/// <param name="Type">pydantic's name for it ("string_too_short").</param>
/// <param name="Message">Without anything that the caller sent: it may be a password or a text.</param>
/// <param name="Location">Where: "body" or "header", then the member.</param>
internal sealed record FieldError(string Type, string Message, params IReadOnlyList<string> Location)
{
    /// <summary>Behind <see cref="Location"/>: the item of a list, or the character at which JSON ends to be JSON.</summary>
    public int? Index { get; init; }

    /// <summary>What was expected, a JSON object; null for none.</summary>
    public string? Context { get; init; }

    public static FieldError MissingHeader { get; } = new("missing", "Field required", "header", "authorization");

    public static FieldError MissingBody { get; } = new("missing", "Field required", "body");

    public static FieldError NotAnObject { get; } = new("model_attributes_type", "Input should be a valid dictionary or object to extract fields from", "body");

    public static FieldError Missing(string member) => new("missing", "Field required", "body", member);

    /// <summary>A rule that concerns the body as a whole.</summary>
    public static FieldError Rule(string message) => new("value_error", $"Value error, {message}", "body") { Context = """{"error":{}}""" };

    public override string ToString()
    {
        var place = string.Join('.', Location.Count > 1 ? Location.Skip(1) : Location);
        return Index is { } index ? $"{place}[{index}]: {Message}" : $"{place}: {Message}";
    }
}
