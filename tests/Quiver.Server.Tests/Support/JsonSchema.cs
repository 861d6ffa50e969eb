using System.Text.Json;

namespace Quiver.Server.Tests.Support;

/// <summary>The keywords of JSON Schema that the documented schemas use; any other is an error, so that none is ignored in silence.</summary>
internal static class JsonSchema
{
    /// <summary>What is wrong with a value, each with its place; empty when it conforms.</summary>
    public static IReadOnlyList<string> Violations(JsonElement value, JsonElement schema, string at = "$")
    {
        var found = new List<string>();
        foreach (var keyword in schema.EnumerateObject())
            found.AddRange(Check(value, keyword.Name, keyword.Value, schema, at));
        return found;
    }

    private static IEnumerable<string> Check(JsonElement value, string keyword, JsonElement argument, JsonElement schema, string at) => keyword switch
    {
        "type" => (argument.ValueKind == JsonValueKind.Array ? [.. argument.EnumerateArray()] : new[] { argument }).Any(type => HasType(value, type.GetString()!)) ? [] : [$"{at}: {value.ValueKind} is not {argument}"],
        "const" => JsonElement.DeepEquals(value, argument) ? [] : [$"{at}: is not {argument}"],
        "enum" => argument.EnumerateArray().Any(choice => JsonElement.DeepEquals(value, choice)) ? [] : [$"{at}: is none of {argument}"],
        "oneOf" => argument.EnumerateArray().Count(choice => Violations(value, choice, at).Count == 0) == 1 ? [] : [$"{at}: is not exactly one of {argument}"],
        "anyOf" => argument.EnumerateArray().Any(choice => Violations(value, choice, at).Count == 0) ? [] : [$"{at}: is none of {argument}"],
        "required" => value.ValueKind != JsonValueKind.Object
            ? []
            : argument.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at}: lacks {name}"),
        "properties" => value.ValueKind != JsonValueKind.Object
            ? []
            : argument.EnumerateObject().Where(member => value.TryGetProperty(member.Name, out _))
                .SelectMany(member => Violations(value.GetProperty(member.Name), member.Value, $"{at}.{member.Name}")),
        "additionalProperties" => value.ValueKind != JsonValueKind.Object
            ? []
            : value.EnumerateObject().Where(member => !schema.TryGetProperty("properties", out var named) || !named.TryGetProperty(member.Name, out _))
                .SelectMany(member => Violations(member.Value, argument, $"{at}.{member.Name}")),
        "items" => value.ValueKind != JsonValueKind.Array ? [] : value.EnumerateArray().SelectMany((item, i) => Violations(item, argument, $"{at}[{i}]")),
        "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= argument.GetInt32() ? [] : [$"{at}: has fewer than {argument} items"],
        "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= argument.GetInt32() ? [] : [$"{at}: has more than {argument} items"],
        "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= argument.GetInt32() ? [] : [$"{at}: is shorter than {argument}"],
        "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= argument.GetInt32() ? [] : [$"{at}: is longer than {argument}"],
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= argument.GetDouble() ? [] : [$"{at}: is less than {argument}"],
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= argument.GetDouble() ? [] : [$"{at}: is more than {argument}"],
        "description" or "default" or "contentEncoding" => [],
        _ => [$"{at}: the tests do not know the keyword {keyword}"],
    };

    private static bool HasType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No type of JSON Schema."),
    };
}
