using System.Text;

namespace Quiver.Tests.Tokenization;

/// <summary>Texts made of what tokenizers trip over: marks, joiners, spaces of all kinds, ligatures, lone surrogates, special tokens.</summary>
internal static class TrickyTexts
{
    private static readonly string[] Parts =
    [
        "a", "B", "hello", "World", "don't", "'s", "'LL", "'ſ", "the ", "ing", "0", "42", "²", "Ⅷ", "٣", " ", "  ", "   ", "\t", "\n", "\r\n", "\u00A0", "\u2003",
        "\u3000", "\u0085", "\u200B", "\u200D", "\uFEFF", "\u0301", "\u0323", "\u0308", "\u0344", "é", "ệ", "ß", "İ", "ı", "Σ", "ς", "ﬁ", "①", "Å", "½", "㌔", "ﷺ",
        "中", "文", "字", "が", "か\u3099", "ガ", "ｶﾞ", "한", "글", "\u1112\u1161\u11AB", "ไทย", "ำ", "हिन्दी", "क्ष", "العربية", "שלום", "Привет", "Ёж", "👍", "👍🏽", "👨‍👩‍👧",
        "🇩🇪", "\uFFFD", "\0", "\u0001", "\u007F", "\u00AD", "\uE000", "\U000E0041", "\U0001F1E6", "\u0378", "\U0003FFFD", "\uD800", "\uDC00", ".", ",", "!", "?", "...",
        "¿", "«", "—", "'", "\"", "$", "+", "<", "_", "`", "^", "[CLS]", "[MASK]", "<s>", "</s>", "<mask>", "<|endoftext|>", "▁", "##", "Ġ", "</w>", "C++", "GNU/Linux",
    ];

    /// <summary>The same texts for the same seed.</summary>
    public static IEnumerable<string> Random(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var builder = new StringBuilder();
            for (var parts = random.Next(0, 24); parts > 0; parts--)
                builder.Append(Parts[random.Next(Parts.Length)]);
            yield return builder.ToString();
        }
    }

    /// <summary>A text as UTF-8 can hold it.</summary>
    public static string WithoutLoneSurrogates(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
