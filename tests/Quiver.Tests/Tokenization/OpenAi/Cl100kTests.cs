using System.Text.Json;
using Quiver.Tests.Support;
using Quiver.Tokenization;
using Quiver.Tokenization.OpenAi;

namespace Quiver.Tests.Tokenization.OpenAi;

public sealed class Cl100kTests
{
    [Fact]
    public void Ids_are_those_of_js_tiktoken_for_every_golden_text_and_decode_to_it()
    {
        var cases = TestData.Cases("tokenizers/bpe_gpt4/cases.jsonl").Where(golden => golden.GetProperty("text").GetString()!.Length < 4000).ToArray();
        string[] texts = [.. cases.Select(golden => golden.GetProperty("text").GetString()!)];
        Assert.True(texts.Length > 700, $"only {texts.Length} texts");

        var answers = NodePackage.Ask("js-tiktoken", "js-tiktoken.mjs", JsonSerializer.Serialize(texts));
        var ids = new TokenIdBuffer();
        var different = new List<string>();
        for (var i = 0; i < texts.Length; i++)
        {
            Cl100k.Shared.Encode(texts[i], ids);
            if (!answers[i].GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).SequenceEqual(ids.Ids.ToArray()))
                different.Add(cases[i].GetProperty("id").GetString()!);
            Assert.Equal(texts[i], Cl100k.Shared.Decode(ids.Ids));
        }

        Assert.Empty(different);
    }

    [Fact]
    public void Known_texts_have_the_ids_that_OpenAI_documents()
    {
        // From the OpenAI cookbook, "How to count tokens with tiktoken".
        Assert.Equal([83, 1609, 5963, 374, 2294, 0], Encode("tiktoken is great!"));
        Assert.Equal([17, 489, 220, 17, 284, 220, 19], Encode("2 + 2 = 4"));
        Assert.Equal([519, 85342, 34500, 479, 8997, 2191], Encode("antidisestablishmentarianism"));
    }

    [Fact]
    public void What_looks_like_a_special_token_is_plain_text()
    {
        Assert.DoesNotContain(100257, Encode("<|endoftext|>"));
        Assert.Equal("<|endoftext|>", Cl100k.Shared.Decode(Encode("<|endoftext|>")));
        Assert.Equal("a<|endoftext|>", Cl100k.Shared.Decode([64, 100257]));
    }

    [Fact]
    public void Every_id_below_the_limit_is_valid_but_for_the_gaps()
    {
        int[] gaps = [100256, .. Enumerable.Range(100261, 100276 - 100261)];
        for (var id = 0; id <= 100276; id++)
            Assert.Equal(!gaps.Contains(id), Cl100k.Shared.IsValid(id));
        Assert.All([-1, 100277, int.MaxValue, int.MinValue], id => Assert.False(Cl100k.Shared.IsValid(id)));
    }

    [Fact]
    public void A_character_cut_in_the_middle_decodes_to_replacement_characters()
    {
        // 👍 is three tokens of which the first holds two of its bytes.
        var whole = Encode("👍");
        Assert.True(whole.Length > 1);
        Assert.Equal("👍", Cl100k.Shared.Decode(whole));
        Assert.Contains('\uFFFD', Cl100k.Shared.Decode(whole.AsSpan(0, 1)));
    }

    [Fact]
    public void An_id_that_is_not_valid_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Cl100k.Shared.Decode([100256]));

    [Fact]
    public void Any_text_comes_back_from_its_ids()
    {
        foreach (var text in TrickyTexts.Random(500, seed: 7))
            Assert.Equal(TrickyTexts.WithoutLoneSurrogates(text), Cl100k.Shared.Decode(Encode(text)));
    }

    private static int[] Encode(string text)
    {
        var ids = new TokenIdBuffer();
        Cl100k.Shared.Encode(text, ids);
        return ids.Ids.ToArray();
    }
}
