using System.Text.Json;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

/// <summary>Searching the golden corpus: the default precision must find what float32 finds.</summary>
public sealed class RetrievalTests
{
    private const double Tolerance = 0.001;

    /// <summary>Every package that a query looks for, and as many others again.</summary>
    [Fact]
    public void Int16_finds_what_f32_finds_among_a_part_of_the_corpus()
    {
        var queries = TestData.Cases("corpus/queries.jsonl").Take(100).ToList();
        var relevant = queries.Select(query => query.GetProperty("relevant")[0].GetString()).ToHashSet();
        var packages = TestData.Cases("corpus/packages.jsonl")
            .Where((package, i) => i % 100 == 0 || relevant.Contains(package.GetProperty("name").GetString())).ToList();
        Assert.True(packages.Count >= 195);

        var f32 = Search(Precision.F32, packages, queries);
        var int16 = Search(Precision.Int16, packages, queries);

        Assert.True(f32.Recall > 0.95);
        Assert.Equal(f32.Recall, int16.Recall, Tolerance);
        Assert.Equal(f32.ReciprocalRank, int16.ReciprocalRank, Tolerance);
    }

    [Theory]
    [InlineData(Precision.F32)]
    [InlineData(Precision.Int16)]
    public void The_whole_corpus_is_searched_as_well_as_by_the_reference(Precision precision)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("QUIVER_LONG") == "1", "10,000 texts: ./test --long");
        var reference = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "tests", "data", "corpus", "reference.json"))).RootElement.GetProperty("shared");

        var found = Search(precision, [.. TestData.Cases("corpus/packages.jsonl")], [.. TestData.Cases("corpus/queries.jsonl")]);

        Assert.Equal(reference.GetProperty("recall@10").GetDouble(), found.Recall, Tolerance);
        Assert.Equal(reference.GetProperty("mrr@10").GetDouble(), found.ReciprocalRank, Tolerance);
    }

    private static (double Recall, double ReciprocalRank) Search(Precision precision, List<JsonElement> packages, List<JsonElement> queries)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, precision);
        var names = packages.Select(package => package.GetProperty("name").GetString()).ToArray();
        var vectors = Embed(model, packages, "description");
        var wanted = queries.Select(query => query.GetProperty("relevant")[0].GetString()).ToArray();
        var asked = Embed(model, queries, "query");

        double recall = 0, reciprocal = 0;
        for (var query = 0; query < wanted.Length; query++)
        {
            var scores = vectors.Select(vector => Dot(asked[query], vector)).ToArray();
            var own = scores[Array.IndexOf(names, wanted[query])];
            var rank = 1 + scores.Count(score => score > own);
            if (rank > 10)
                continue;
            recall++;
            reciprocal += 1.0 / rank;
        }

        return (recall / wanted.Length, reciprocal / wanted.Length);
    }

    private static float[][] Embed(EmbeddingModel model, List<JsonElement> texts, string member)
    {
        var vectors = new float[texts.Count][];
        Parallel.For(0, texts.Count, i =>
        {
            vectors[i] = new float[model.Width];
            model.Embed([model.Tokenize(texts[i].GetProperty(member).GetString()!)], vectors[i]);
            UnitLength.Normalize(vectors[i]);
        });
        return vectors;
    }

    private static double Dot(float[] x, float[] y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
            sum += (double)x[i] * y[i];
        return sum;
    }
}
