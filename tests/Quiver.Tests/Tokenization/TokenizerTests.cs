using FsCheck;
using FsCheck.Fluent;
using Quiver.Tokenization;
using TestData = Quiver.Tests.Support.TestData;

namespace Quiver.Tests.Tokenization;

/// <summary>What holds for every tokenizer and every text.</summary>
public sealed class TokenizerTests
{
    public static TheoryData<string> Kinds => GoldenTests.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Offsets_lie_in_the_text_and_never_step_back(string kind)
    {
        // RoBERTa's trimming moves the offsets of a part of a space, and only of some parts: there, as in the reference, they may step back.
        var trims = kind.StartsWith("bpe_roberta", StringComparison.Ordinal);
        var tokenizer = GoldenTokenizers.Load(kind);
        foreach (var text in TrickyTexts.Random(300, seed: 11))
        {
            var encoded = tokenizer.Encode(text);
            var length = text.EnumerateRunes().Count();
            var last = 0;
            for (var i = 0; i < encoded.Ids.Count; i++)
            {
                if (encoded.SpecialTokensMask[i])
                    continue;
                var offset = encoded.Offsets[i];
                Assert.InRange(offset.Start, 0, offset.End);
                Assert.InRange(offset.End, 0, length);
                Assert.True(trims || offset.Start >= last, $"{offset} behind {last}");
                last = offset.Start;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Utf16_offsets_name_the_same_characters_as_code_point_offsets(string kind)
    {
        var tokenizer = GoldenTokenizers.Load(kind);
        foreach (var text in TrickyTexts.Random(300, seed: 12))
        {
            var encoded = tokenizer.Encode(text);
            var characters = Characters(text);
            for (var i = 0; i < encoded.Ids.Count; i++)
            {
                var (byCodePoint, byUnit) = (encoded.Offsets[i], encoded.Utf16Offsets[i]);
                Assert.Equal(string.Concat(characters[byCodePoint.Start..byCodePoint.End]), text[byUnit.Start..byUnit.End]);
            }
        }
    }

    [Theory]
    [InlineData("bpe_gpt2")]
    [InlineData("bpe_gpt4")]
    [InlineData("bpe_roberta")]
    public void A_byte_level_tokenizer_gives_every_text_back(string kind)
    {
        var tokenizer = GoldenTokenizers.Load(kind);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            // A <mask> takes the spaces before it along.
            if (text is null || text.Contains("<mask>", StringComparison.Ordinal))
                return true;
            var ids = new TokenIdBuffer();
            tokenizer.EncodeIds(text, ids);
            return tokenizer.Decode(ids.Ids, skipSpecialTokens: true) == TrickyTexts.WithoutLoneSurrogates(text);
        }));
        foreach (var text in TrickyTexts.Random(500, seed: 13).Where(text => !text.Contains('<')))
        {
            var encoded = tokenizer.Encode(text, options: new EncodeOptions { AddSpecialTokens = false });
            Assert.Equal(TrickyTexts.WithoutLoneSurrogates(text), tokenizer.Decode([.. encoded.Ids], skipSpecialTokens: false));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_limit_cuts_ids_and_tells_the_full_length(string kind)
    {
        var tokenizer = GoldenTokenizers.Load(kind);
        var (all, cut) = (new TokenIdBuffer(), new TokenIdBuffer());
        foreach (var text in TrickyTexts.Random(60, seed: 14))
        {
            var full = tokenizer.EncodeIds(text, all);
            Assert.Equal(all.Count, full);
            for (var limit = tokenizer.SpecialTokenCount; limit <= full + 1; limit++)
            {
                foreach (var side in Enum.GetValues<TruncationSide>())
                {
                    Assert.Equal(full, tokenizer.EncodeIds(text, cut, limit, side));
                    Assert.Equal(Math.Min(limit, full), cut.Count);
                    var encoded = tokenizer.Encode(text, options: new EncodeOptions { MaxLength = limit, Side = side });
                    Assert.Equal(encoded.Ids, cut.Ids.ToArray());
                    Assert.Equal(full, encoded.FullLength);
                }
            }
        }
    }

    [Fact]
    public void Truncation_on_the_left_keeps_the_end_and_the_special_tokens()
    {
        var tokenizer = GoldenTokenizers.Load("bert_uncased");
        var encoded = tokenizer.Encode("one two three", options: new EncodeOptions { MaxLength = 4, Side = TruncationSide.Left });
        Assert.Equal(["[CLS]", "two", "three", "[SEP]"], encoded.Tokens);
        Assert.Equal(new TokenOffset(8, 13), encoded.Offsets[2]);
    }

    [Fact]
    public void Only_the_named_text_of_a_pair_is_cut()
    {
        var tokenizer = GoldenTokenizers.Load("bert_uncased");
        Assert.Equal(
            ["[CLS]", "one", "[SEP]", "four", "five", "[SEP]"],
            tokenizer.Encode("one two three", "four five", new EncodeOptions { MaxLength = 6, Strategy = TruncationStrategy.OnlyFirst }).Tokens);
        Assert.Equal(
            ["[CLS]", "one", "two", "three", "[SEP]", "four", "[SEP]"],
            tokenizer.Encode("one two three", "four five", new EncodeOptions { MaxLength = 7, Strategy = TruncationStrategy.OnlySecond }).Tokens);
        Assert.Equal(8, tokenizer.Encode("one two three", "four five", new EncodeOptions { MaxLength = 4, Strategy = TruncationStrategy.DoNotTruncate }).Ids.Count);
    }

    [Fact]
    public void A_text_that_cannot_be_cut_enough_is_refused()
    {
        var tokenizer = GoldenTokenizers.Load("bert_uncased");
        Assert.Throws<ArgumentException>(() => tokenizer.Encode("one", "two three four", new EncodeOptions { MaxLength = 5, Strategy = TruncationStrategy.OnlyFirst }));
        Assert.Throws<ArgumentException>(() => tokenizer.Encode("one two three", null, new EncodeOptions { MaxLength = 3, Strategy = TruncationStrategy.OnlySecond }));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Encode("one", options: new EncodeOptions { MaxLength = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.EncodeIds("one", new TokenIdBuffer(), maxLength: 1));
    }

    [Fact]
    public void Padding_fills_up_and_is_masked()
    {
        var tokenizer = GoldenTokenizers.Load("bert_uncased");
        var right = tokenizer.Encode("hello", options: new EncodeOptions { Padding = new Padding(Length: 5) });
        Assert.Equal([101, 7592, 102, 0, 0], right.Ids);
        Assert.Equal([true, true, true, false, false], right.AttentionMask);
        Assert.Equal([true, false, true, true, true], right.SpecialTokensMask);
        Assert.Equal(3, right.FullLength);
        var left = tokenizer.Encode("hello", options: new EncodeOptions { Padding = new Padding(0, MultipleOf: 8, Side: TruncationSide.Left) });
        Assert.Equal([0, 0, 0, 0, 0, 101, 7592, 102], left.Ids);
    }

    [Fact]
    public void The_file_s_own_truncation_and_padding_are_told_but_not_applied()
    {
        var tokenizer = Tokenizer.Load(Path.Combine(TestData.DefaultModel, "tokenizer.json"));
        Assert.Equal(128, tokenizer.FileTruncation!.MaxLength);
        Assert.Equal(128, tokenizer.FilePadding!.Length);
        Assert.Equal(302, tokenizer.Encode(string.Join(' ', Enumerable.Repeat("word", 300))).Ids.Count);
        Assert.Equal(3, tokenizer.Encode("word").Ids.Count);
    }

    [Fact]
    public void Ready_ids_get_the_special_tokens_and_the_same_cut()
    {
        var tokenizer = GoldenTokenizers.Load("bert_uncased");
        var ids = new TokenIdBuffer();
        Assert.Equal(5, tokenizer.BuildIds([7592, 2088, 999], ids));
        Assert.Equal([101, 7592, 2088, 999, 102], ids.Ids.ToArray());
        Assert.Equal(5, tokenizer.BuildIds([7592, 2088, 999], ids, maxLength: 4));
        Assert.Equal([101, 7592, 2088, 102], ids.Ids.ToArray());
    }

    [Fact]
    public void Tokens_and_ids_name_each_other()
    {
        var tokenizer = GoldenTokenizers.Load("bert_uncased");
        Assert.Equal(30522, tokenizer.VocabularySize);
        for (var id = 0; id < tokenizer.VocabularySize; id++)
            Assert.Equal(id, tokenizer.TokenToId(tokenizer.IdToToken(id)!));
        Assert.Null(tokenizer.TokenToId("no such token"));
        Assert.All([-1, 30522, int.MaxValue], id => Assert.Null(tokenizer.IdToToken(id)));
        Assert.All([-1, 30522, int.MaxValue], id => Assert.False(tokenizer.HasId(id)));
    }

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character()
    {
        foreach (var kind in GoldenTests.Kinds.Select(kind => kind.Data))
        {
            var tokenizer = GoldenTokenizers.Load(kind);
            Assert.Equal(tokenizer.Encode("a\uFFFDb \uFFFD").Ids, tokenizer.Encode("a\uD800b \uDC00").Ids);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_million_letters_without_a_space_come_to_an_end(string kind)
    {
        // Anything quadratic would take an hour. bench micro measures the growth itself.
        var tokenizer = GoldenTokenizers.Load(kind);
        var random = new Random(8);
        var text = string.Create(1_000_000, random, (span, source) => source.GetItems<char>("etaoinshrdlu", span));
        var ids = new TokenIdBuffer();
        var full = tokenizer.EncodeIds(text, ids, maxLength: 512);
        Assert.InRange(ids.Count, 1, 512);
        Assert.Equal(full, tokenizer.EncodeIds(text, ids));
        if (kind.StartsWith("bpe_gpt", StringComparison.Ordinal))
            Assert.Equal(text, tokenizer.Decode(ids.Ids, skipSpecialTokens: true));
    }

    [Fact]
    public void The_cache_never_mixes_words_up_under_many_threads()
    {
        var tokenizer = GoldenTokenizers.Load("bert_uncased");
        var texts = TestData.Cases("corpus/packages.jsonl").Take(300).Select(line => line.GetProperty("description").GetString()!).ToArray();
        var expected = texts.Select(text => tokenizer.Encode(text).Ids.ToArray()).ToArray();
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 8 }, round =>
        {
            var ids = new TokenIdBuffer();
            for (var i = 0; i < texts.Length; i++)
            {
                var at = (i * 7 + round * 31) % texts.Length;
                tokenizer.EncodeIds(texts[at], ids);
                Assert.Equal(expected[at], ids.Ids.ToArray());
            }
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Ids_cost_no_allocation_once_buffers_have_grown(string kind)
    {
        var tokenizer = GoldenTokenizers.Load(kind);
        var ids = new TokenIdBuffer();
        const string text = "The quick brown fox <mask> jumps: 1234567890 times! Ünïcödé, e\u0323\u0301 a\u0301\u0323 中文字 がか\u3099 한국어 Привет 👍 <s>";
        for (var i = 0; i < 10; i++)
            tokenizer.EncodeIds(text, ids);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            tokenizer.EncodeIds(text, ids);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string[] Characters(string text)
    {
        var characters = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            var length = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;
            characters.Add(text.Substring(i, length));
            i += length;
        }

        return [.. characters];
    }
}
