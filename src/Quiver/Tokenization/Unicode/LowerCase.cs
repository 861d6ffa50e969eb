using System.Text;

namespace Quiver.Tokenization.Unicode;

/// <summary>Lower-case forms from the repository's own tables, so that the machine's language and Unicode version do not matter.</summary>
internal static class LowerCase
{
    private const int CapitalIWithDot = 0x130;

    /// <summary>Each character's lower-case form, without regard to its neighbours (no final sigma); a lone surrogate becomes U+FFFD.</summary>
    public static string Of(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == CapitalIWithDot)
                result.Append("i\u0307");
            else
                result.Append(new Rune(UnicodeTables.ToLower(rune.Value)));
        }

        return result.ToString();
    }
}
