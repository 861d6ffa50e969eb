using System.Text.Json;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>What can be wrong with a body, in OpenAI's words as far as it has them.</summary>
internal static class BodyErrors
{
    private const int MaxShownName = 64;

    public static OpenAiException NotJson(string reason) => new(new OpenAiError(400, $"We could not parse the JSON body of your request: {reason}."));

    public static OpenAiException NoObject(JsonTokenType type) => new(new OpenAiError(400, $"The body must be a JSON object, but is {Described(type)}.", null, "invalid_type"));

    public static OpenAiException Twice(string member) =>
        new(new OpenAiError(400, $"The body has the member '{Short(member)}' twice.", Short(member), "duplicate_parameter"));

    public static OpenAiException Missing(string member) =>
        new(new OpenAiError(400, $"Missing required parameter: '{member}'.", member, "missing_required_parameter"));

    public static OpenAiException WrongType(string member, string expected, JsonTokenType type) => new(new OpenAiError(
        400, $"Invalid type for '{member}': expected {expected}, but got {Described(type)} instead.", member, "invalid_type"));

    public static OpenAiException WrongValue(string member, string supported) =>
        new(new OpenAiError(400, $"Invalid value for '{member}'. {supported}", member, "invalid_value"));

    public static OpenAiException TooManyInputs(int most, int count) => new(new OpenAiError(
        400,
        $"Invalid 'input': array too long. Expected an array with maximum length {most}, but got an array with length {count} instead.",
        "input",
        "array_above_max_length"));

    /// <summary>As OpenAI words it, with what it leaves out: which input.</summary>
    public static OpenAiError EmptyInput(string which) =>
        new(400, $"'$.input' is invalid: {which}. Please check the API reference: https://platform.openai.com/docs/api-reference.");

    private static string Short(string name) =>
        name.Length <= MaxShownName ? name : name[..(char.IsHighSurrogate(name[MaxShownName - 1]) ? MaxShownName - 1 : MaxShownName)];

    private static string Described(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}
