using System.Diagnostics;
using Quiver.Tokenization.Patterns;
using Quiver.Tokenization.PreTokenizers;
using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Files;

/// <summary>Reads the "pre_tokenizer" of a tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    public static PreTokenizer? Read(JsonMember json) => json.IsNull ? null : ReadStep(json);

    private static PreTokenizer ReadStep(JsonMember json)
    {
        var type = json["type"].Text();
        json.AllowOnly([
            "type", .. type switch
            {
                "Sequence" => ["pretokenizers"],
                "ByteLevel" => ["add_prefix_space", "trim_offsets", "use_regex"],
                "Metaspace" => ["replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split"],
                "Split" => ["pattern", "behavior", "invert"],
                "Punctuation" => ["behavior"],
                "Digits" => ["individual_digits"],
                "CharDelimiterSplit" => ["delimiter"],
                "BertPreTokenizer" or "Whitespace" or "WhitespaceSplit" => (string[])[],
                _ => throw json["type"].Problem($"\"{type}\" is not a pre-tokenizer Quiver knows"),
            },
        ]);
        return type switch
        {
            "Sequence" => new SequencePreTokenizer([.. json["pretokenizers"].Items().Select(ReadStep)]),
            "BertPreTokenizer" => new BertPreTokenizer(),
            "ByteLevel" => new ByteLevelPreTokenizer(json["add_prefix_space"].Flag(), json["use_regex"].Flag(orElse: true)),
            "Whitespace" => new SplitPreTokenizer(new WordPattern(), DelimiterBehavior.Removed, invert: true),
            "WhitespaceSplit" => SplitAt(UnicodeTables.IsWhiteSpace, DelimiterBehavior.Removed),
            "Metaspace" => MetaspaceReader.ReadPreTokenizer(json),
            "Split" => new SplitPreTokenizer(
                PatternReader.Read(json["pattern"]), ReadBehavior(json["behavior"]), json["invert"].Flag(orElse: false)),
            "Punctuation" => SplitAt(BertPreTokenizer.IsPunctuation,
                json["behavior"].IsNull ? DelimiterBehavior.Isolated : ReadBehavior(json["behavior"])),
            "Digits" => SplitAt(codePoint => UnicodeTables.Is(codePoint, CharacterClass.Numeric),
                json["individual_digits"].Flag() ? DelimiterBehavior.Isolated : DelimiterBehavior.Contiguous),
            "CharDelimiterSplit" => new SplitPreTokenizer(
                new LiteralPattern(System.Text.Encoding.UTF8.GetBytes(CharacterReader.Read(json["delimiter"]))), DelimiterBehavior.Removed),
            _ => throw new UnreachableException(),
        };
    }

    private static SplitPreTokenizer SplitAt(Func<int, bool> isDelimiter, DelimiterBehavior behavior) =>
        new(new ClassPattern(isDelimiter, maximum: 1), behavior);

    private static DelimiterBehavior ReadBehavior(JsonMember json) => json.OneOf(
        ("Removed", DelimiterBehavior.Removed),
        ("Isolated", DelimiterBehavior.Isolated),
        ("MergedWithPrevious", DelimiterBehavior.MergedWithPrevious),
        ("MergedWithNext", DelimiterBehavior.MergedWithNext),
        ("Contiguous", DelimiterBehavior.Contiguous));
}
