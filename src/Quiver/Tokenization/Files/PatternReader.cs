using Quiver.Tokenization.Patterns;

namespace Quiver.Tokenization.Files;

/// <summary>Reads a "pattern": {"String": …} or {"Regex": …}.</summary>
internal static class PatternReader
{
    public static TextPattern Read(JsonMember json)
    {
        json.AllowOnly("String", "Regex");
        if (json["Regex"].IsNull)
        {
            var literal = json["String"].Text();
            return literal.Length > 0
                ? new LiteralPattern(System.Text.Encoding.UTF8.GetBytes(literal))
                : throw json["String"].Problem("must not be empty");
        }

        var regex = json["Regex"].Text();
        return KnownPatterns.Find(regex) ?? throw json["Regex"].Problem($"\"{regex}\" is not a pattern Quiver knows");
    }
}
