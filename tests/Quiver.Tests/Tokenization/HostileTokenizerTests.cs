using System.Text.Json;
using System.Text.Json.Nodes;
using Quiver.Models;
using Quiver.Tests.Support;
using Quiver.Tokenization;

namespace Quiver.Tests.Tokenization;

/// <summary>Files made to hurt: each is refused by naming what is wrong, or works; none may crash, hang or eat memory.</summary>
public sealed class HostileTokenizerTests
{
    private const string Bpe = """{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"[UNK]":3},"merges":["a b"]}""";

    /// <summary>A member, what stands in it, and what the error must name.</summary>
    public static TheoryData<string, string, string> Refused { get; } = Cases();

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_understood_is_refused_by_name(string member, string value, string named)
    {
        var exception = Assert.Throws<ModelFormatException>(() => Parse(With(member, value)));
        Assert.Equal("hostile.json", exception.File);
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("{\"model\":{}}")]
    [InlineData("{\"model\":[]}")]
    [InlineData("{\"model\":null}")]
    [InlineData("{\"version\":\"2.0\",\"model\":{}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"\\ud800\":0},\"merges\":[]}}")]
    public void What_is_no_tokenizer_is_refused(string json) => Assert.Throws<ModelFormatException>(() => Parse(json));

    [Fact]
    public void Bytes_that_are_not_Utf8_are_refused() =>
        Assert.Throws<ModelFormatException>(() => Tokenizer.Parse([(byte)'{', (byte)'"', 0xFF, 0xFE, (byte)'"', (byte)':', (byte)'1', (byte)'}'], "hostile.json"));

    [Fact]
    public void A_file_that_is_not_there_is_refused_by_its_name()
    {
        var path = Path.Combine(Path.GetTempPath(), "no-such-folder", "tokenizer.json");
        Assert.Contains(path, Assert.Throws<ModelFormatException>(() => Tokenizer.Load(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("normalizer", "normalizers")]
    [InlineData("pre_tokenizer", "pretokenizers")]
    [InlineData("post_processor", "processors")]
    [InlineData("decoder", "decoders")]
    public void Nesting_without_end_is_refused(string member, string list)
    {
        var json = string.Concat(Enumerable.Repeat($$"""{"type":"Sequence","{{list}}":[""", 100_000)) + string.Concat(Enumerable.Repeat("]}", 100_000));
        Assert.Throws<ModelFormatException>(() => Parse(With(member, json)));
    }

    [Fact]
    public void A_chain_that_would_make_text_explode_is_refused()
    {
        var step = """{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaaaaaaaa"}""";
        var chain = $$"""{"type":"Sequence","normalizers":[{{string.Join(',', Enumerable.Repeat(step, 30))}}]}""";
        Assert.Contains("normalizer", Assert.Throws<ModelFormatException>(() => Parse(With("normalizer", chain))).Message, StringComparison.Ordinal);
        var spelled = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false}""";
        chain = $$"""{"type":"Sequence","pretokenizers":[{{string.Join(',', Enumerable.Repeat(spelled, 40))}}]}""";
        Assert.Throws<ModelFormatException>(() => Parse(With("pre_tokenizer", chain)));
    }

    [Fact]
    public void A_charsmap_of_any_bytes_is_refused_or_harmless()
    {
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Next(0, 400)];
            random.NextBytes(bytes);
            if (bytes.Length >= 8 && i % 2 == 0)
            {
                // A length that fits, so that the trie itself is reached; ASCII behind it.
                var units = random.Next(1, bytes.Length / 4);
                BitConverter.TryWriteBytes(bytes, units * 4);
                for (var j = 4 + units * 4; j < bytes.Length; j++)
                    bytes[j] &= 0x7F;
            }

            UseIfAccepted(With("normalizer", $$"""{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(bytes)}}"}"""));
        }
    }

    [Theory]
    [InlineData("bert_uncased")]
    [InlineData("bpe_roberta")]
    [InlineData("unigram_xlmr")]
    [InlineData("spm_bpe_gemma")]
    public void A_file_with_random_damage_is_refused_or_works(string kind)
    {
        var whole = JsonNode.Parse(TestData.ReadAll($"tokenizers/{kind}/tokenizer.json"))!.AsObject();
        Shrink(whole["model"]!.AsObject());
        Renumber(whole);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(whole);
        Tokenizer.Parse(bytes, "whole");
        var random = new Random(kind.Length);
        for (var i = 0; i < 250; i++)
        {
            var damaged = bytes.ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
                Damage(ref damaged, random);
            UseIfAccepted(damaged);
        }
    }

    [Fact]
    public void A_vocabulary_made_to_be_slow_is_not()
    {
        // Every prefix of one long token is a token: each place of the text walks the whole trie, and no further.
        var vocabulary = string.Join(',', Enumerable.Range(1, 1000).Select(length => $"\"{new string('a', length)}\":{length}"));
        var json = """{"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"","max_input_chars_per_word":2000000000,"vocab":{"[UNK]":0,"""
            + vocabulary + "}}}";
        var ids = new TokenIdBuffer();
        Assert.Equal(1000, Parse(json).EncodeIds(new string('a', 1_000_000), ids));
    }

    [Fact]
    public void An_added_token_on_the_id_of_another_token_is_refused()
    {
        // Ids count on from the size of the vocabulary, which here has a hole below 4.
        const string json = """{"model":{"type":"BPE","vocab":{"a":0,"b":1,"c":4},"merges":[]},"added_tokens":[{"id":3,"content":"x"},{"id":4,"content":"y"}]}""";
        Assert.Contains("added_tokens[1].id", Assert.Throws<ModelFormatException>(() => Parse(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_piece_given_twice_is_its_last_id_and_score()
    {
        // With the score of the first, "ab" would be cut otherwise in both.
        var last = Parse(With("model", """{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-9],["b",-1],["ab",-5],["a",-2]]}"""));
        Assert.Equal([4, 2], last.Encode("ab").Ids);
        Assert.Equal(4, last.TokenToId("a"));
        Assert.Equal("a", last.IdToToken(1));
        var worse = Parse(With("model", """{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-2],["b",-1],["ab",-5],["a",-9]]}"""));
        Assert.Equal([3], worse.Encode("ab").Ids);
    }

    [Theory]
    [InlineData("""{"id":4,"content":"\n","normalized":false,"rstrip":true}""")]
    [InlineData("""{"id":4,"content":"\n","normalized":false,"lstrip":true}""")]
    [InlineData("""{"id":4,"content":" \n","normalized":false,"lstrip":true}""")]
    public void Added_tokens_that_take_white_space_along_walk_it_once(string token)
    {
        // A million lines: walking the white space anew at each would take an hour.
        var tokenizer = Parse(With("added_tokens", $"[{token}]"));
        var text = "a" + string.Concat(Enumerable.Repeat(" \n", 1_000_000)) + "b";
        var ids = new TokenIdBuffer();
        tokenizer.EncodeIds(text, ids);
        Assert.Equal(1_000_000, ids.Ids.ToArray().Count(id => id == 4));
    }

    [Fact]
    public void A_token_within_the_white_space_of_another_is_found_as_in_the_reference()
    {
        const string added = """[{"id":4,"content":"x","normalized":false,"rstrip":true},{"id":5,"content":"\n","normalized":false}]""";
        Assert.Equal([0, 4, 5, 5, 1], Parse(With("added_tokens", added)).Encode("ax\n\nb").Ids);
        const string both = """[{"id":4,"content":"\n","normalized":false,"lstrip":true,"rstrip":true}]""";
        Assert.Equal([0, 4, 1], Parse(With("added_tokens", both)).Encode("a\n\n\nb").Ids);

        // The reference itself breaks down at this one.
        const string crossed = """[{"id":4,"content":"x","normalized":false,"rstrip":true},{"id":5,"content":"\n","normalized":false,"lstrip":true}]""";
        Assert.Equal([0, 4, 1], Parse(With("added_tokens", crossed)).Encode("ax\n\nb").Ids);
    }

    private static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        void Add(string member, string named, params string[] values)
        {
            foreach (var value in values)
                cases.Add(member, value, named);
        }

        foreach (var member in new[] { "normalizer", "pre_tokenizer", "post_processor", "decoder", "model" })
        {
            Add(member, $"{member}.type", """{"type":"Magic"}""", """{"type":7}""", """{"type":"bertnormalizer"}""");
            Add(member, member, "[]", "\"NFC\"", "1", "true");
        }

        Add("normalizer", "normalizer.type", """{"type":null}""", "{}");
        Add("normalizer", "normalizer.speed", """{"type":"NFC","speed":1}""");
        Add("normalizer", "lowercase", """{"type":"BertNormalizer","lowercase":"yes"}""", """{"type":"BertNormalizer","lowercase":1}""", """{"type":"BertNormalizer","lowercase":true,"lowercase":false}""");
        Add("normalizer", "normalizers[1]", """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"UnicodeFun"}]}""", """{"type":"Sequence","normalizers":[{"type":"NFC"},null]}""");
        Add("normalizer", "pattern.Regex", """{"type":"Replace","pattern":{"Regex":"(a+)+$"},"content":""}""", """{"type":"Replace","pattern":{"Regex":""},"content":""}""");
        Add("normalizer", "pattern", """{"type":"Replace","pattern":{"String":""},"content":"x"}""", """{"type":"Replace","pattern":{"Glob":"*"},"content":"x"}""", """{"type":"Replace","content":"x"}""");
        Add("normalizer", "precompiled_charsmap", """{"type":"Precompiled","precompiled_charsmap":"%%%"}""", """{"type":"Precompiled","precompiled_charsmap":""}""", """{"type":"Precompiled","precompiled_charsmap":"AAAA"}""", """{"type":"Precompiled","precompiled_charsmap":"/////w=="}""", """{"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAAD//w=="}""", """{"type":"Precompiled"}""");
        Add("pre_tokenizer", "pattern.Regex", """{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Isolated","invert":false}""");
        Add("pre_tokenizer", "behavior", """{"type":"Split","pattern":{"String":" "},"behavior":"Sideways"}""", """{"type":"Split","pattern":{"String":" "}}""");
        Add("pre_tokenizer", "type", """{"type":"UnicodeScripts"}""");
        Add("pre_tokenizer", "replacement", """{"type":"Metaspace","replacement":"ab"}""", """{"type":"Metaspace","replacement":""}""", """{"type":"Metaspace"}""");
        Add("pre_tokenizer", "prepend_scheme", """{"type":"Metaspace","replacement":"_","prepend_scheme":"sometimes"}""", """{"type":"Metaspace","replacement":"_","prepend_scheme":"first","add_prefix_space":false}""");
        Add("pre_tokenizer", "delimiter", """{"type":"CharDelimiterSplit","delimiter":""}""", """{"type":"CharDelimiterSplit","delimiter":5}""");
        Add("post_processor", "single", """{"type":"TemplateProcessing","single":[],"pair":[],"special_tokens":{}}""", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B","type_id":0}}],"pair":[],"special_tokens":{}}""", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{}}""", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{}}""", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":-1}}],"pair":[],"special_tokens":{}}""");
        Add("post_processor", "pair", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}}],"special_tokens":{}}""");
        Add("post_processor", "ids", """{"type":"TemplateProcessing","single":[],"pair":[],"special_tokens":{"x":{"id":"x","ids":[-1],"tokens":["x"]}}}""", """{"type":"TemplateProcessing","single":[],"pair":[],"special_tokens":{"x":{"id":"x","ids":[4294967296],"tokens":["x"]}}}""");
        Add("post_processor", "sep", """{"type":"BertProcessing","sep":["[SEP]"],"cls":["[CLS]",1]}""", """{"type":"BertProcessing","sep":["[SEP]",1.5],"cls":["[CLS]",1]}""");
        Add("post_processor", "processors[1]", """{"type":"Sequence","processors":[{"type":"BertProcessing","sep":["s",1],"cls":["c",2]},{"type":"BertProcessing","sep":["s",1],"cls":["c",2]}]}""");
        Add("post_processor", "processors[1].trim_offsets", """{"type":"Sequence","processors":[{"type":"BertProcessing","sep":["s",1],"cls":["c",2]},{"type":"ByteLevel","trim_offsets":true,"add_prefix_space":true}]}""");
        Add("decoder", "decoder.type", """{"type":"CTC","pad_token":"x","word_delimiter_token":"y","cleanup":true}""");
        Add("decoder", "start", """{"type":"Strip","content":" ","start":-1,"stop":0}""", """{"type":"Strip","content":" ","start":99999999999,"stop":0}""");
        Add("model", "vocab", """{"type":"BPE","vocab":{},"merges":[]}""", """{"type":"BPE","vocab":[],"merges":[]}""", """{"type":"BPE","merges":[]}""", """{"type":"Unigram","unk_id":0,"vocab":{}}""");
        Add("model", "\"a\"", """{"type":"BPE","vocab":{"a":-1},"merges":[]}""", """{"type":"BPE","vocab":{"a":4294967295},"merges":[]}""", """{"type":"BPE","vocab":{"a":16777216},"merges":[]}""", """{"type":"BPE","vocab":{"a":1.5},"merges":[]}""", """{"type":"BPE","vocab":{"a":"1"},"merges":[]}""", """{"type":"BPE","vocab":{"a":1e99},"merges":[]}""", """{"type":"BPE","vocab":{"a":null},"merges":[]}""", """{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}""", """{"type":"BPE","vocab":{"b":0,"a":0},"merges":[]}""");
        Add("model", "merges[0]", """{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}""", """{"type":"BPE","vocab":{"a":0,"aa":1},"merges":["a c"]}""", """{"type":"BPE","vocab":{"a":0},"merges":["a"]}""", """{"type":"BPE","vocab":{"a":0},"merges":["a  a"]}""", """{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}""", """{"type":"BPE","vocab":{"a":0},"merges":[["a","a","a"]]}""", """{"type":"BPE","vocab":{"a":0},"merges":[7]}""", """{"type":"BPE","vocab":{"a":0},"merges":[null]}""", """{"type":"BPE","vocab":{"a":0},"merges":["#nothing"]}""", """{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"],"continuing_subword_prefix":"###"}""");
        Add("model", "dropout", """{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}""");
        Add("model", "unk_token", """{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"?"}""", """{"type":"WordPiece","vocab":{"a":0},"unk_token":"[UNK]"}""", """{"type":"WordPiece","vocab":{"a":0}}""", """{"type":"WordLevel","vocab":{"a":0},"unk_token":"[UNK]"}""");
        Add("model", "byte_fallback", """{"type":"BPE","vocab":{"a":0},"merges":[],"byte_fallback":true,"end_of_word_suffix":"</w>"}""");
        Add("model", "continuing_subword_prefix", $$"""{"type":"BPE","vocab":{"a":0},"merges":[],"continuing_subword_prefix":"{{new string('x', 5000)}}"}""");
        Add("model", "max_input_chars_per_word", """{"type":"WordPiece","vocab":{"[UNK]":0},"unk_token":"[UNK]","max_input_chars_per_word":-5}""", """{"type":"WordPiece","vocab":{"[UNK]":0},"unk_token":"[UNK]","max_input_chars_per_word":99999999999}""");
        Add("model", "unk_id", """{"type":"Unigram","unk_id":5,"vocab":[["a",0]]}""", """{"type":"Unigram","unk_id":-1,"vocab":[["a",0]]}""", """{"type":"Unigram","unk_id":null,"vocab":[["a",0]]}""", """{"type":"Unigram","vocab":[["a",0]]}""");
        Add("model", "vocab[0]", """{"type":"Unigram","unk_id":0,"vocab":[["a"]]}""", """{"type":"Unigram","unk_id":0,"vocab":[["a","NaN"]]}""", """{"type":"Unigram","unk_id":0,"vocab":[["a",1e999]]}""", """{"type":"Unigram","unk_id":0,"vocab":[["a",null]]}""", """{"type":"Unigram","unk_id":0,"vocab":[[1,0]]}""", """{"type":"Unigram","unk_id":0,"vocab":["a"]}""");
        Add("model", "is longer than", $$"""{"type":"Unigram","unk_id":0,"vocab":[["{{new string('a', 5000)}}",0]]}""", $$"""{"type":"BPE","vocab":{"{{new string('a', 5000)}}":0},"merges":[]}""");
        Add("added_tokens", "added_tokens", "{}", "7", "\"x\"");
        Add("added_tokens", "added_tokens[0]", "[7]", "[null]", """[{"id":9}]""", """[{"content":"x"}]""", """[{"id":-1,"content":"x"}]""", """[{"id":4294967295,"content":"x"}]""", """[{"id":9,"content":""}]""", """[{"id":9,"content":"x","bold":true}]""", """[{"id":9,"content":"x","special":"no"}]""", """[{"id":9,"content":"a"}]""");
        Add("added_tokens", "added_tokens[0].id", """[{"id":9,"content":"x"}]""", """[{"id":0,"content":"x"}]""", """[{"id":7,"content":"ab"}]""");
        Add("added_tokens", "added_tokens[1]", """[{"id":4,"content":"x"},{"id":4,"content":"y"}]""", """[{"id":4,"content":"x"},{"id":5,"content":"x"}]""", """[{"id":4,"content":"x"},{"id":6,"content":"y"}]""");
        Add("truncation", "truncation.stride", """{"max_length":8,"strategy":"LongestFirst","stride":-1}""", """{"max_length":8,"strategy":"LongestFirst","stride":"two"}""");
        Add("truncation", "truncation", """{"max_length":-1,"strategy":"LongestFirst","stride":0}""", """{"max_length":8,"strategy":"Shortest","stride":0}""", """{"max_length":8,"strategy":"LongestFirst","direction":"Up","stride":0}""");
        Add("padding", "padding", """{"strategy":"Longest"}""", """{"strategy":{"Fixed":-3}}""", """{"strategy":{"Fixed":3},"pad_id":-1,"pad_type_id":0,"pad_token":"x"}""");
        Add("version", "version", "\"0.9\"", "1");
        Add("surprise", "surprise", "1", "null");
        return cases;
    }

    private static string With(string member, string value)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = "\"1.0\"", ["model"] = Bpe, [member] = value };
        return "{" + string.Join(',', members.Select(pair => $"\"{pair.Key}\":{pair.Value}")) + "}";
    }

    private static Tokenizer Parse(string json) => Tokenizer.Parse(System.Text.Encoding.UTF8.GetBytes(json), "hostile.json");

    private static void UseIfAccepted(string json) => UseIfAccepted(System.Text.Encoding.UTF8.GetBytes(json));

    private static void UseIfAccepted(byte[] json)
    {
        Tokenizer tokenizer;
        try
        {
            tokenizer = Tokenizer.Parse(json, "hostile.json");
        }
        catch (ModelFormatException)
        {
            return;
        }

        var ids = new TokenIdBuffer();
        foreach (var text in TrickyTexts.Random(10, seed: json.Length).Append(new string('a', 2000)))
        {
            tokenizer.EncodeIds(text, ids);
            tokenizer.Encode(text, "ab");
            tokenizer.Decode(ids.Ids, skipSpecialTokens: false);
        }
    }

    /// <summary>Keeps the first of a vocabulary and the merges among them, so that many damaged copies can be read.</summary>
    private static void Shrink(JsonObject model)
    {
        const int kept = 400;
        if (model["vocab"] is JsonArray pieces)
        {
            while (pieces.Count > kept)
                pieces.RemoveAt(pieces.Count - 1);
            return;
        }

        var vocabulary = model["vocab"]!.AsObject();
        foreach (var name in vocabulary.Where(pair => pair.Value!.GetValue<int>() >= kept).Select(pair => pair.Key).ToArray())
            vocabulary.Remove(name);
        if (model["merges"] is JsonArray)
            model["merges"] = new JsonArray();
    }

    /// <summary>Gives the added tokens the ids that go with what is left of the vocabulary.</summary>
    private static void Renumber(JsonObject tokenizer)
    {
        var vocabulary = tokenizer["model"]!["vocab"]!;
        var tokens = vocabulary is JsonArray pieces ? pieces.Select(piece => piece![0]!.GetValue<string>()) : vocabulary.AsObject().Select(pair => pair.Key);
        var known = tokens.ToHashSet(StringComparer.Ordinal);
        var next = known.Count;
        foreach (var token in tokenizer["added_tokens"]!.AsArray())
        {
            if (!known.Contains(token!["content"]!.GetValue<string>()))
                token["id"] = next++;
        }
    }

    private static void Damage(ref byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(5))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes[at] = (byte)"0123456789-,:{}[]\"\\nulltrue"[random.Next(27)];
                break;
            case 2:
                bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 30))..]];
                break;
            case 3:
                bytes = [.. bytes[..at], .. bytes[at..Math.Min(bytes.Length, at + 40)], .. bytes[at..]];
                break;
            default:
                // A number, wherever the next one is, becomes another.
                var digit = bytes.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
                if (digit >= 0)
                    bytes = [.. bytes[..(at + digit)], .. System.Text.Encoding.UTF8.GetBytes(new[] { "-1", "4294967296", "1e308", "0", "99999999", "0.5" }[random.Next(6)]), .. bytes[(at + digit + 1)..]];
                break;
        }
    }
}
