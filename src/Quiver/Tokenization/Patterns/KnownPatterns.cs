using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Patterns;

/// <summary>
/// The regular expressions that published tokenizers use, each by its exact text. Any other is refused when the file is read:
/// an approximation would give wrong ids without a word.
/// </summary>
internal static class KnownPatterns
{
    private const string Tail = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Words = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string TiktokenWords = @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|";

    private static readonly Dictionary<string, TextPattern> ByText = new(StringComparer.Ordinal)
    {
        [@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"] = new Gpt2Pattern(),
        [Words + @"\p{N}{1,3}" + Tail] = new Cl100kPattern(digits: 3),
        [TiktokenWords + @"\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"] = new Cl100kPattern(digits: 3),
        [Words + @"\p{N}" + Tail] = new Cl100kPattern(digits: 1),
        [@"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"] = new ClipPattern(),
        [@"\w+|[^\w\s]+"] = new WordPattern(),
        [@"\s+"] = new ClassPattern(UnicodeTables.IsWhiteSpace),
        [@"\s"] = new ClassPattern(UnicodeTables.IsWhiteSpace, maximum: 1),
        [" {2,}"] = new ClassPattern(c => c == ' ', minimum: 2),
        [" +"] = new ClassPattern(c => c == ' '),
        [@"\p{N}"] = new ClassPattern(IsNumber, maximum: 1),
        [@"\p{N}+"] = new ClassPattern(IsNumber),
        [@"\p{N}{1,3}"] = new ClassPattern(IsNumber, maximum: 3),
        ["[0-9]"] = new ClassPattern(c => c is >= '0' and <= '9', maximum: 1),
        ["""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""] = new ClassPattern(IsAsciiPunctuation, maximum: 1),
    };

    /// <summary>The pattern for a regular expression, or null where it is not one of these.</summary>
    public static TextPattern? Find(string regex) => ByText.GetValueOrDefault(regex);

    public static bool IsAsciiPunctuation(int codePoint) => codePoint
        is >= '!' and <= '/' or >= ':' and <= '@' or >= '[' and <= '`' or >= '{' and <= '~';

    private static bool IsNumber(int codePoint) => UnicodeTables.Is(codePoint, CharacterClass.Number);
}
