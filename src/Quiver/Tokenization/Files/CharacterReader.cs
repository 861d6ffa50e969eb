namespace Quiver.Tokenization.Files;

/// <summary>Reads a string that must be one character.</summary>
internal static class CharacterReader
{
    public static string Read(JsonMember json)
    {
        var text = json.Text();
        return text.EnumerateRunes().Count() == 1 ? text : throw json.Problem("must be one character");
    }
}
