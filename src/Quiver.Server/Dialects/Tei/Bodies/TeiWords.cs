using System.Globalization;
using System.Text.Json;

namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>How TEI's parser (serde_json) names what stands in a body.</summary>
internal static class TeiWords
{
    private const int MaxShownName = 64;

    /// <summary>A name, no more than its beginning where it is long.</summary>
    public static string Short(string name) => name.Length <= MaxShownName ? name : name[..(char.IsHighSurrogate(name[MaxShownName - 1]) ? MaxShownName - 1 : MaxShownName)] + "…";

    /// <summary>The value at hand. A string is not repeated: it may be a user's text.</summary>
    public static string Found(Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.StartObject => "map",
        JsonTokenType.StartArray => "sequence",
        JsonTokenType.String => "string",
        JsonTokenType.True => "boolean `true`",
        JsonTokenType.False => "boolean `false`",
        JsonTokenType.Number when json.TryGetInt64(out var whole) => $"integer `{whole}`",
        JsonTokenType.Number => $"floating point `{Floating(json.GetDouble())}`",
        _ => "null",
    };

    private static string Floating(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e", StringComparison.Ordinal).Replace('E', 'e');
        return text.Contains('.', StringComparison.Ordinal) || text.Contains('e', StringComparison.Ordinal) ? text : text + ".0";
    }
}
