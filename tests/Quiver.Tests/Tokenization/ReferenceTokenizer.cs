using System.Text.Json;
using System.Text.Json.Nodes;
using Quiver.Tests.Support;
using Quiver.Tokenization;

namespace Quiver.Tests.Tokenization;

/// <summary>What to ask both tokenizers: texts, or pairs of texts, all with the same options.</summary>
internal sealed record ReferenceQuestion(
    IReadOnlyList<string> Texts, IReadOnlyList<string>? Pairs = null, EncodeOptions? Options = null, bool Decodes = false, bool Skips = false);

/// <summary>Hugging Face tokenizers, the npm package of tests/npm, beside Quiver's.</summary>
internal static class ReferenceTokenizer
{
    public static void Compare(JsonObject tokenizerJson, IEnumerable<string> texts, bool decodes = false) =>
        Compare(tokenizerJson, [new ReferenceQuestion([.. texts], Decodes: decodes)]);

    /// <summary>Fails at the first text whose ids, types, tokens, offsets, masks or decoded text differ, or that only one of both refuses.</summary>
    public static void Compare(JsonObject tokenizerJson, IReadOnlyList<ReferenceQuestion> questions)
    {
        tokenizerJson["truncation"] = null;
        tokenizerJson["padding"] = null;
        var tokenizer = Tokenizer.Parse(JsonSerializer.SerializeToUtf8Bytes(tokenizerJson), "test");
        var lines = questions.Select((question, i) => Line(question, i == 0 ? tokenizerJson : null)).ToArray();
        var answers = new Queue<JsonElement>(NodePackage.Ask("tokenizers", "tokenizers.mjs", lines));
        Assert.Equal(questions.Sum(question => question.Texts.Count), answers.Count);
        foreach (var question in questions)
        {
            for (var i = 0; i < question.Texts.Count; i++)
                Compare(tokenizer, question, i, answers.Dequeue());
        }
    }

    private static void Compare(Tokenizer tokenizer, ReferenceQuestion question, int index, JsonElement expected)
    {
        var text = TrickyTexts.WithoutLoneSurrogates(question.Texts[index]);
        var pair = question.Pairs is null ? null : TrickyTexts.WithoutLoneSurrogates(question.Pairs[index]);
        var name = $"text {index}, {question.Options}: {JsonSerializer.Serialize(text[..Math.Min(text.Length, 60)])}";
        if (expected.TryGetProperty("error", out var error))
        {
            Assert.True(Record.Exception(() => tokenizer.Encode(text, pair, question.Options)) is ArgumentException, $"{name}: {error}");
            return;
        }

        var actual = tokenizer.Encode(text, pair, question.Options);
        Assert.True(Integers(expected, "ids").SequenceEqual(actual.Ids), $"{name}: {expected.GetProperty("ids")} but {string.Join(',', actual.Ids)}");
        Assert.True(Integers(expected, "types").SequenceEqual(actual.TypeIds), $"{name}: {expected.GetProperty("types")} but {string.Join(',', actual.TypeIds)}");
        Assert.True(expected.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()).SequenceEqual(actual.Tokens), name);
        var offsets = expected.GetProperty("offsets").EnumerateArray().Select(o => new TokenOffset(o[0].GetInt32(), o[1].GetInt32()));
        Assert.True(offsets.SequenceEqual(actual.Offsets), $"{name}: {expected.GetProperty("offsets")} but {string.Join(',', actual.Offsets)}");
        Assert.True(Integers(expected, "special").SequenceEqual(actual.SpecialTokensMask.Select(flag => flag ? 1 : 0)), name);
        Assert.True(Integers(expected, "attention").SequenceEqual(actual.AttentionMask.Select(flag => flag ? 1 : 0)), name);
        if (question.Decodes)
            Assert.Equal(expected.GetProperty("text").GetString(), tokenizer.Decode([.. actual.Ids], question.Skips));
    }

    private static string Line(ReferenceQuestion question, JsonObject? tokenizerJson)
    {
        var options = question.Options ?? new EncodeOptions();
        return new JsonObject
        {
            ["tokenizer"] = tokenizerJson,
            ["texts"] = Texts(question.Texts),
            ["pairs"] = question.Pairs is null ? null : Texts(question.Pairs),
            ["plain"] = !options.AddSpecialTokens,
            ["truncation"] = options.MaxLength is not { } limit ? null : new JsonObject
            {
                ["maxLength"] = limit,
                ["strategy"] = options.Strategy.ToString(),
                ["direction"] = Side(options.Side),
                ["stride"] = 0,
            },
            ["padding"] = options.Padding is { } padding ? Padding(padding) : null,
            ["decode"] = question.Decodes,
            ["skip"] = question.Skips,
        }.ToJsonString();
    }

    private static JsonObject Padding(Padding padding)
    {
        var options = new JsonObject
        {
            ["direction"] = Side(padding.Side),
            ["padId"] = padding.Id,
            ["padTypeId"] = padding.TypeId,
            ["padToken"] = padding.Token,
        };
        if (padding.Length > 0)
            options["maxLength"] = padding.Length;
        if (padding.MultipleOf > 0)
            options["padToMultipleOf"] = padding.MultipleOf;
        return options;
    }

    private static string Side(TruncationSide side) => side == TruncationSide.Left ? "left" : "right";

    private static JsonArray Texts(IEnumerable<string> texts) =>
        new([.. texts.Select(text => (JsonNode)TrickyTexts.WithoutLoneSurrogates(text))]);

    private static IEnumerable<int> Integers(JsonElement answer, string name) =>
        answer.GetProperty(name).EnumerateArray().Select(value => value.GetInt32());
}
