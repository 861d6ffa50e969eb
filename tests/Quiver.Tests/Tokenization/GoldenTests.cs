using System.Text.Json;
using Quiver.Tests.Support;
using Quiver.Tokenization;

namespace Quiver.Tests.Tokenization;

/// <summary>
/// Every case of the reference's recorded answers: ids, types, tokens and offsets, equal to the last one. There is no list of exceptions:
/// the Unicode tables are the reference's own versions. If a case fails, the tokenizer is wrong, not the case.
/// </summary>
public sealed class GoldenTests
{
    private const int CasesPerKind = 744;

    public static TheoryData<string> Kinds { get; } =
    [
        "bert_uncased", "wordpiece_cased", "wordpiece_lower_keepaccents", "wordpiece_cased_stripaccents", "bpe_gpt2", "bpe_roberta",
        "bpe_roberta_prefix", "bpe_qwen2", "bpe_gpt4", "clip", "unigram_xlmr", "unigram_xlmr_seqnorm", "spm_bpe_llama",
        "spm_bpe_mistral", "spm_bpe_gemma",
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_case_of_a_kind_is_identical_to_the_reference(string kind)
    {
        var tokenizer = GoldenTokenizers.Load(kind);
        var differences = new List<string>();
        var count = 0;
        foreach (var golden in TestData.Cases($"tokenizers/{kind}/cases.jsonl"))
        {
            count++;
            var actual = tokenizer.Encode(Text(golden, "text")!, Text(golden, "pair"), Options(golden));
            if (Difference(golden, actual) is { } difference)
                differences.Add($"{Text(golden, "id")} ({Text(golden, "cat")}): {difference}");
        }

        Assert.Equal(CasesPerKind, count);
        Assert.True(differences.Count == 0, $"{differences.Count} differ\n{string.Join('\n', differences.Take(20))}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_path_for_ids_alone_gives_the_same_ids(string kind)
    {
        var tokenizer = GoldenTokenizers.Load(kind);
        var ids = new TokenIdBuffer();
        foreach (var golden in TestData.Cases($"tokenizers/{kind}/cases.jsonl"))
        {
            if (golden.TryGetProperty("pair", out _) || golden.TryGetProperty("add_special_tokens", out _))
                continue;
            var maxLength = Options(golden).MaxLength ?? int.MaxValue;
            var text = Text(golden, "text")!;

            // Twice: the second time many words come from the cache.
            for (var i = 0; i < 2; i++)
            {
                var fullLength = tokenizer.EncodeIds(text, ids, maxLength);
                Assert.Equal(Integers(golden, "ids"), ids.Ids.ToArray());
                Assert.Equal(tokenizer.Encode(text).Ids.Count, fullLength);
            }
        }
    }

    private static string? Difference(JsonElement golden, TokenizedText actual)
    {
        if (!Integers(golden, "ids").SequenceEqual(actual.Ids))
            return $"ids {string.Join(',', Integers(golden, "ids").Take(40))} but {string.Join(',', actual.Ids.Take(40))}";
        if (!Integers(golden, "type_ids").SequenceEqual(actual.TypeIds))
            return $"types {string.Join(',', Integers(golden, "type_ids").Take(40))} but {string.Join(',', actual.TypeIds.Take(40))}";
        if (golden.TryGetProperty("tokens", out var tokens) && !tokens.EnumerateArray().Select(t => t.GetString()).SequenceEqual(actual.Tokens))
            return $"tokens {tokens} but {string.Join('|', actual.Tokens)}";
        if (golden.TryGetProperty("offsets", out var offsets)
            && !offsets.EnumerateArray().Select(o => new TokenOffset(o[0].GetInt32(), o[1].GetInt32())).SequenceEqual(actual.Offsets))
        {
            return $"offsets {offsets} but {string.Join(',', actual.Offsets.Select(o => $"[{o.Start},{o.End}]"))}";
        }

        return null;
    }

    private static EncodeOptions Options(JsonElement golden) => new()
    {
        AddSpecialTokens = !golden.TryGetProperty("add_special_tokens", out var add) || add.GetBoolean(),
        MaxLength = golden.TryGetProperty("max_length", out var length) ? length.GetInt32() : null,
        Strategy = Text(golden, "strategy") switch
        {
            "only_first" => TruncationStrategy.OnlyFirst,
            "only_second" => TruncationStrategy.OnlySecond,
            _ => TruncationStrategy.LongestFirst,
        },
    };

    private static string? Text(JsonElement golden, string name) => golden.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static IEnumerable<int> Integers(JsonElement golden, string name) =>
        golden.GetProperty(name).EnumerateArray().Select(value => value.GetInt32());
}
