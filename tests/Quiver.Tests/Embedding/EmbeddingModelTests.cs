using System.Text.Json;
using System.Text.Json.Nodes;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Tests.Models;
using Quiver.Tests.Support;
using Quiver.Tokenization;

namespace Quiver.Tests.Embedding;

/// <summary>From text to vector on the shipped model, against sentence-transformers.</summary>
public sealed class EmbeddingModelTests
{
    [Fact]
    public void Texts_give_the_vectors_and_token_counts_of_the_reference()
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, Precision.F32);
        var expected = TestData.Cases("embeddings/minilm_f16_weights.jsonl").ToDictionary(golden => golden.GetProperty("id").GetString()!, Vector);
        var compared = 0;
        foreach (var golden in TestData.Cases("embeddings/minilm.jsonl"))
        {
            var input = model.Tokenize(golden.GetProperty("text").GetString()!);
            Assert.Equal(golden.GetProperty("tokens").GetInt32(), input.Ids.Length);
            Assert.Equal(golden.GetProperty("tokens_untruncated").GetInt32(), input.FullLength);
            Assert.Equal(golden.GetProperty("tokens").GetInt32() < golden.GetProperty("tokens_untruncated").GetInt32(), input.Truncated);

            var vector = Embed(model, input);
            Assert.True(expected[golden.GetProperty("id").GetString()!].Zip(vector, (x, y) => Math.Abs(x - y)).Max() <= 2e-6);
            compared++;
        }

        Assert.Equal(256, compared);
    }

    [Theory]
    [InlineData(Precision.F32, 0.0)]
    [InlineData(Precision.Int16, 2e-3)]
    public void Passages_rank_as_in_the_reference_wherever_its_scores_are_further_apart_than_the_gap(Precision precision, double gap)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, precision);
        foreach (var golden in TestData.Cases("embeddings/minilm_ranking.jsonl"))
        {
            var query = Embed(model, model.Tokenize(golden.GetProperty("query").GetString()!));
            var reference = golden.GetProperty("scores").EnumerateArray().Select(score => score.GetDouble()).ToArray();
            var scores = golden.GetProperty("passages").EnumerateArray()
                .Select(passage => Dot(query, Embed(model, model.Tokenize(passage.GetString()!)))).ToArray();
            var best = golden.GetProperty("top5").EnumerateArray().Select(index => index.GetInt32()).ToArray();
            for (var place = 0; place < best.Length; place++)
            {
                for (var other = 0; other < reference.Length; other++)
                {
                    if (reference[best[place]] - reference[other] > gap)
                        Assert.True(scores[best[place]] > scores[other]);
                }
            }
        }
    }

    [Theory]
    [InlineData(Precision.F32)]
    [InlineData(Precision.Int16)]
    public void A_call_of_2048_texts_gives_each_the_bits_it_has_alone(Precision precision)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, precision);
        var inputs = Enumerable.Range(0, 2048).Select(i => model.Tokenize(string.Join(' ', Enumerable.Repeat($"text{i}", i % 5)))).ToArray();
        var vectors = new float[inputs.Length * model.Width];

        model.Embed(inputs, vectors);

        for (var i = 0; i < inputs.Length; i += 97)
        {
            var alone = new float[model.Width];
            model.Embed([inputs[i]], alone);
            Assert.Equal(alone, vectors.AsSpan(i * model.Width, model.Width).ToArray());
        }
    }

    [Fact]
    public void Token_ids_give_the_vector_of_the_text_they_came_from()
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, Precision.Int16);
        var text = model.Tokenize("A quiver holds arrows; Quiver holds vectors.");

        var fromIds = model.FromTokenIds(text.Ids.AsSpan()[1..^1]);

        Assert.Equal(text.Ids, fromIds.Ids);
        Assert.Equal(Embed(model, text), Embed(model, fromIds));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(30522)]
    [InlineData(int.MaxValue)]
    public void A_token_id_outside_the_vocabulary_is_refused(int id)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, Precision.Int16);
        var error = Assert.Throws<QuiverException>(() => model.FromTokenIds([101, id]));
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(id.ToString(provider: null), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_over_the_limit_is_cut_and_says_how_long_it_was()
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, Precision.Int16);
        var input = model.Tokenize(string.Join(' ', Enumerable.Repeat("arrow", 1000)));
        Assert.Equal(256, input.Ids.Length);
        Assert.Equal(1002, input.FullLength);
        Assert.All(Embed(model, input), element => Assert.True(float.IsFinite(element)));
    }

    [Fact]
    public void A_text_is_cut_on_the_left_between_the_special_tokens_and_complete_ids_are_cut_whole()
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, Precision.Int16);
        var text = string.Join(' ', Enumerable.Range(0, 300).Select(i => i % 2 == 0 ? "arrow" : "quiver"));
        var right = model.Tokenize(text);
        var left = model.Tokenize(text, side: TruncationSide.Left);
        var whole = model.Inspect(text);

        Assert.Equal([101, .. whole.Ids.Skip(1).Take(254), 102], right.Ids);
        Assert.Equal([101, .. whole.Ids.SkipLast(1).TakeLast(254), 102], left.Ids);
        Assert.Equal(whole.Ids.Count, left.FullLength);

        int[] ids = [.. whole.Ids];
        Assert.Equal(ids[..256], model.FromTokenIds(ids, complete: true).Ids);
        Assert.Equal(ids[^256..], model.FromTokenIds(ids, complete: true, TruncationSide.Left).Ids);
        Assert.Equal(right.Ids, model.FromTokenIds(right.Ids, complete: true).Ids);
    }

    [Fact]
    public void A_text_can_be_looked_at_token_by_token_and_put_together_again()
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, Precision.Int16);
        var tokens = model.Inspect("Tokenizing it.", prompt: "q: ");

        Assert.Equal(model.Tokenize("q: Tokenizing it.").Ids, tokens.Ids);
        Assert.Equal(["[CLS]", "q", ":", "token", "##izing", "it", ".", "[SEP]"], tokens.Tokens);
        Assert.Equal([new(0, 0), new(0, 1), new(1, 2), new(3, 8), new(8, 13), new(14, 16), new(16, 17), new(0, 0)], tokens.Utf16Offsets);
        Assert.Equal([true, false, false, false, false, false, false, true], tokens.SpecialTokensMask);
        Assert.Equal(tokens.Ids.Skip(1).SkipLast(1), model.Inspect("Tokenizing it.", "q: ", addSpecialTokens: false).Ids);

        Assert.Equal("q : tokenizing it.", model.Decode([.. tokens.Ids], skipSpecialTokens: true));
        Assert.Equal("[CLS] q : tokenizing it. [SEP]", model.Decode([.. tokens.Ids], skipSpecialTokens: false));
        Assert.Equal([true, true, false, false], new[] { 0, 30521, 30522, -1 }.Select(model.HasToken));
    }

    [Fact]
    public void A_model_says_what_it_is()
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, Precision.Int16);
        using var same = EmbeddingModel.Load(TestData.DefaultModel, Precision.F32, "another name");

        Assert.Equal(("mean", 384, "int16", "bert"), (model.Space.Pooling, model.Space.Width, model.Arithmetic, model.Architecture));
        Assert.Equal((model.Space, "f32"), (same.Space, same.Arithmetic));
    }

    [Fact]
    public void A_prompt_is_refused_where_pooling_would_leave_it_out()
    {
        using var folder = Tiny(_ => { });
        folder.Write("1_Pooling/config.json", """{"word_embedding_dimension": 64, "pooling_mode_mean_tokens": true, "include_prompt": false}""");
        using var model = EmbeddingModel.Load(folder.Path, Precision.F32);

        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<QuiverException>(() => model.Tokenize("a word", "query: ")).Kind);
        Assert.NotEmpty(model.Tokenize("a word", "").Ids);
    }

    [Fact]
    public void A_folders_default_prompt_is_put_in_front_of_every_text()
    {
        using var folder = Tiny(settings => settings["default_prompt_name"] = "query");
        using var plain = EmbeddingModel.Load(TestData.TinyModel("xlm-roberta"), Precision.F32);
        using var prompted = EmbeddingModel.Load(folder.Path, Precision.F32);

        Assert.Equal(plain.Tokenize("query: what is a quiver").Ids, prompted.Tokenize("what is a quiver").Ids);
        Assert.NotEqual(plain.Tokenize("what is a quiver").Ids, prompted.Tokenize("what is a quiver").Ids);
    }

    [Fact]
    public void Texts_are_lower_cased_where_the_folder_asks_for_it()
    {
        using var folder = Tiny(_ => { });
        folder.Write("sentence_bert_config.json", """{"max_seq_length": 128, "do_lower_case": true}""");
        using var model = EmbeddingModel.Load(folder.Path, Precision.F32);

        Assert.Equal(model.Tokenize("ärger im İzmir").Ids, model.Tokenize("ÄRGER Im i\u0307zmir").Ids);
        Assert.Equal(model.Tokenize("quiver").Ids, model.Tokenize("QUIVER").Ids);
    }

    [Fact]
    public void A_token_that_the_tokenizer_knows_and_the_model_does_not_is_the_callers_error()
    {
        using var folder = new ScratchFolder().CopyOf(TestData.TinyModel("bert"));
        var tokenizer = JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, "tokenizer.json")))!;
        tokenizer["added_tokens"]!.AsArray().Add(JsonNode.Parse("""
            {"id": 2000, "content": "<new>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
            """));
        folder.Write("tokenizer.json", tokenizer.ToJsonString());
        using var model = EmbeddingModel.Load(folder.Path, Precision.F32);

        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<QuiverException>(() => model.Tokenize("a <new> word")).Kind);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<QuiverException>(() => model.FromTokenIds([2000])).Kind);
        Assert.NotEmpty(model.Tokenize("a word").Ids);
    }

    private static ScratchFolder Tiny(Action<JsonNode> change)
    {
        var folder = new ScratchFolder().CopyOf(TestData.TinyModel("xlm-roberta"));
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, "config_sentence_transformers.json")))!;
        change(settings);
        folder.Write("config_sentence_transformers.json", settings.ToJsonString());
        return folder;
    }

    private static float[] Embed(EmbeddingModel model, TokenizedInput input)
    {
        var vector = new float[model.Width];
        model.Embed([input], vector);
        UnitLength.Normalize(vector);
        return vector;
    }

    private static double[] Vector(JsonElement golden) => [.. golden.GetProperty("vector").EnumerateArray().Select(x => x.GetDouble())];

    private static double Dot(float[] x, float[] y) => x.Zip(y, (a, b) => (double)a * b).Sum();
}
