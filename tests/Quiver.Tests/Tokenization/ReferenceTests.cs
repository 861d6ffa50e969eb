using System.Text.Json.Nodes;
using Quiver.Tests.Support;
using Quiver.Tokenization;

namespace Quiver.Tests.Tokenization;

/// <summary>
/// Every component asked beside the reference itself (Hugging Face tokenizers, the npm package of tests/npm), over the code points of
/// Unicode and over random texts. Normalizers speak through a model that shows every byte, pre-tokenizers through one that shows
/// every piece.
/// </summary>
public sealed class ReferenceTests
{
    private const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Clip = @"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

    public static TheoryData<string> Normalizers { get; } =
    [
        """{"type":"NFC"}""", """{"type":"NFD"}""", """{"type":"NFKC"}""", """{"type":"NFKD"}""", """{"type":"Lowercase"}""",
        """{"type":"StripAccents"}""", """{"type":"Nmt"}""", """{"type":"Strip","strip_left":true,"strip_right":true}""",
        """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""",
        """{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":false,"strip_accents":true,"lowercase":false}""",
        """{"type":"Replace","pattern":{"Regex":"\\s+"},"content":"ab"}""", """{"type":"Replace","pattern":{"Regex":" {2,}"},"content":""}""",
        """{"type":"Prepend","prepend":"▁x"}""", """{"type":"ByteLevel"}""", "charsmap",
    ];

    public static TheoryData<string> PreTokenizers { get; } =
    [
        """{"type":"BertPreTokenizer"}""", """{"type":"Whitespace"}""", """{"type":"WhitespaceSplit"}""",
        """{"type":"Punctuation","behavior":"MergedWithPrevious"}""", """{"type":"Punctuation","behavior":"Contiguous"}""",
        """{"type":"Digits","individual_digits":true}""", """{"type":"Digits","individual_digits":false}""",
        """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
        """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""",
        """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}""",
        """{"type":"CharDelimiterSplit","delimiter":"a"}""",
        Split(Qwen2, "Isolated", invert: false), Split(Qwen2.Replace(@"\p{N}|", @"\p{N}{1,3}|", StringComparison.Ordinal), "Isolated", invert: false),
        Split(Clip, "Removed", invert: true), Split(@"\s+", "MergedWithNext", invert: false), Split(@"\p{N}", "Contiguous", invert: true),
    ];

    public static TheoryData<string> PostProcessors { get; } =
    [
        Roberta(trims: true, prefix: true), Roberta(trims: true, prefix: false), Roberta(trims: false, prefix: true),
        Steps(ByteLevel(trims: true, prefix: true), Roberta(trims: false, prefix: false)),
        Steps(ByteLevel(trims: true, prefix: true), Roberta(trims: true, prefix: false)),
        Steps(ByteLevel(trims: false, prefix: true), Roberta(trims: true, prefix: false)),
        Steps(ByteLevel(trims: true, prefix: false), ByteLevel(trims: true, prefix: true), Template),
        Steps(Template, ByteLevel(trims: true, prefix: true)),
    ];

    private const string Template =
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":1}},{"Sequence":{"id":"A","type_id":2}}],"pair":[{"Sequence":{"id":"B","type_id":0}},{"SpecialToken":{"id":"<s>","type_id":3}},{"Sequence":{"id":"A","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>","ids":[0],"tokens":["<s>"]}}}""";

    public static TheoryData<string> Kinds => GoldenTests.Kinds;

    [Theory]
    [MemberData(nameof(Normalizers))]
    public void A_normalizer_gives_every_code_point_the_reference_s_bytes_and_offsets(string normalizer)
    {
        // A byte-level vocabulary of single bytes: the ids are the normalized text.
        var json = Definition();
        json["normalizer"] = normalizer == "charsmap" ? GoldenNormalizer("unigram_xlmr") : JsonNode.Parse(normalizer);
        json["pre_tokenizer"] = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false}""");
        var vocabulary = new JsonObject();
        for (var b = 0; b < 256; b++)
            vocabulary[Spelling(b)] = b;
        json["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() };
        ReferenceTokenizer.Compare(json, CodePoints().Concat(TrickyTexts.Random(300, seed: 1)));
    }

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void A_pre_tokenizer_cuts_every_code_point_as_the_reference_does(string preTokenizer)
    {
        // Every piece is unknown: the offsets are the pieces.
        var json = Definition();
        json["pre_tokenizer"] = JsonNode.Parse(preTokenizer);
        json["model"] = JsonNode.Parse("""{"type":"WordLevel","vocab":{"[UNK]":0},"unk_token":"[UNK]"}""");
        ReferenceTokenizer.Compare(json, CodePoints().Concat(TrickyTexts.Random(1000, seed: 2)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_whole_tokenizer_agrees_with_the_reference_on_random_texts_and_decodes_alike(string kind) =>
        ReferenceTokenizer.Compare(JsonNode.Parse(TestData.ReadAll($"tokenizers/{kind}/tokenizer.json"))!.AsObject(), TrickyTexts.Random(400, seed: 3), decodes: true);

    [Theory]
    [InlineData("albert")]
    [InlineData("bert")]
    [InlineData("distilbert")]
    [InlineData("electra")]
    [InlineData("mpnet")]
    [InlineData("roberta")]
    [InlineData("xlm-roberta")]
    public void The_tokenizer_of_a_tiny_model_agrees_with_the_reference(string model) =>
        ReferenceTokenizer.Compare(
            JsonNode.Parse(File.ReadAllBytes(Path.Combine(TestData.TinyModel(model), "tokenizer.json")))!.AsObject(),
            TrickyTexts.Random(200, seed: 4), decodes: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pairs_cuts_padding_and_decoding_without_special_tokens_are_the_reference_s(string kind)
    {
        var texts = TrickyTexts.Random(40, seed: 5).ToArray();
        var pairs = TrickyTexts.Random(40, seed: 6).ToArray();
        // An even room for the texts: of an odd one the reference gives the last place by how far it tokenized before it cut (see the readme).
        var specials = GoldenTokenizers.Load(kind).Encode("", "").Ids.Count;
        var padding = new Padding(Length: 20, MultipleOf: 8, TruncationSide.Left, Id: 3, TypeId: 1, Token: "[PAD]");
        ReferenceTokenizer.Compare(
            JsonNode.Parse(TestData.ReadAll($"tokenizers/{kind}/tokenizer.json"))!.AsObject(),
            [
                new(texts, pairs, Decodes: true, Skips: true),
                new(texts, pairs, new EncodeOptions { AddSpecialTokens = false }, Decodes: true),
                new(texts, null, new EncodeOptions { Padding = padding }, Decodes: true, Skips: true),
                new(texts, pairs, new EncodeOptions { Padding = padding with { Length = 0, Side = TruncationSide.Right } }),
                .. from side in Enum.GetValues<TruncationSide>()
                   from strategy in new[] { TruncationStrategy.LongestFirst, TruncationStrategy.OnlyFirst, TruncationStrategy.OnlySecond }
                   from room in new[] { 2, 6, 20 }
                   from special in new[] { true, false }
                   let limit = room + (special ? specials : 0)
                   let options = new EncodeOptions { MaxLength = limit, Strategy = strategy, Side = side, AddSpecialTokens = special }
                   from question in new ReferenceQuestion[] { new(texts, null, options), new(texts, pairs, options) }
                   select question,
            ]);
    }

    [Theory]
    [MemberData(nameof(PostProcessors))]
    public void Offsets_are_trimmed_behind_truncation_and_as_often_as_the_reference_does(string postProcessor)
    {
        var json = JsonNode.Parse(TestData.ReadAll("tokenizers/bpe_roberta_prefix/tokenizer.json"))!.AsObject();
        json["post_processor"] = JsonNode.Parse(postProcessor);
        string[] texts = ["one  two  three  four five", "  a\u00A0 b \t c ", .. TrickyTexts.Random(60, seed: 7)];
        string[] pairs = [.. texts.Reverse()];
        var specials = Tokenizer.Parse(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), "test").Encode("", "").Ids.Count;
        ReferenceTokenizer.Compare(
            json,
            [
                new(texts, pairs),
                .. from side in Enum.GetValues<TruncationSide>()
                   from limit in new[] { 6, 8 }
                   let options = new EncodeOptions { MaxLength = limit + specials % 2, Side = side }
                   from question in new ReferenceQuestion[] { new(texts, null, options), new(texts, pairs, options) }
                   select question,
            ]);
    }

    [Fact]
    public void Added_tokens_have_the_reference_s_ids()
    {
        // One in the vocabulary, two behind it: no other ids than these are accepted, see HostileTokenizerTests.
        var json = Definition();
        json["model"] = JsonNode.Parse("""{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}""");
        json["added_tokens"] = new JsonArray(Added(3, "<x>"), Added(2, "ab"), Added(4, "<y>"));
        ReferenceTokenizer.Compare(json, ["a<x>ab<y>b", "<y><x>"], decodes: true);
    }

    /// <summary>Each code point between others and under an accent; of uniform blocks and the planes beyond the first a sample, unless the run is long.</summary>
    private static IEnumerable<string> CodePoints()
    {
        var isLong = Environment.GetEnvironmentVariable("QUIVER_LONG") == "1";
        var chosen = Enumerable.Range(0, 0x110000).Where(codePoint => codePoint is < 0xD800 or > 0xDFFF && (isLong || codePoint switch
        {
            >= 0x3400 and < 0xA000 => codePoint % 97 == 0,
            >= 0xAC00 and < 0xD7A4 => codePoint % 53 == 0,
            >= 0xE000 and < 0xF900 => codePoint % 97 == 0,
            >= 0x17000 and < 0x19000 => codePoint % 97 == 0,
            >= 0x10000 and < 0x20000 => codePoint % 5 == 0,
            >= 0x20000 and < 0xE0000 => codePoint % 4999 == 0,
            >= 0xE0200 => codePoint % 4999 == 0,
            _ => true,
        }));
        return chosen.Chunk(128).Select(chunk => string.Join(
            ' ', chunk.Select(char.ConvertFromUtf32).Select(c => $"a{c}1{c}\u0301")));
    }

    private static JsonObject Definition() => JsonNode.Parse(
        """{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null}""")!.AsObject();

    private static JsonObject Added(int id, string content) => new JsonObject
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonNode GoldenNormalizer(string kind) =>
        JsonNode.Parse(TestData.ReadAll($"tokenizers/{kind}/tokenizer.json"))!["normalizer"]!.DeepClone();

    private static string Spelling(int b)
    {
        var text = new AlignedText();
        var spelled = new AlignedText();
        text.Append([(byte)b], default(Alignment));
        ByteLevelAlphabet.Append(text, 0, 1, spelled);
        return System.Text.Encoding.UTF8.GetString(spelled.Bytes);
    }

    private static string Split(string regex, string behavior, bool invert) => new JsonObject
    {
        ["type"] = "Split",
        ["pattern"] = new JsonObject { ["Regex"] = regex },
        ["behavior"] = behavior,
        ["invert"] = invert,
    }.ToJsonString();

    private static string Roberta(bool trims, bool prefix) => Step("RobertaProcessing", trims, prefix, ",\"sep\":[\"</s>\",2],\"cls\":[\"<s>\",0]");

    private static string ByteLevel(bool trims, bool prefix) => Step("ByteLevel", trims, prefix, "");

    private static string Step(string type, bool trims, bool prefix, string more) =>
        $$"""{"type":"{{type}}","trim_offsets":{{(trims ? "true" : "false")}},"add_prefix_space":{{(prefix ? "true" : "false")}}{{more}}}""";

    private static string Steps(params string[] steps) => $$"""{"type":"Sequence","processors":[{{string.Join(',', steps)}}]}""";
}
