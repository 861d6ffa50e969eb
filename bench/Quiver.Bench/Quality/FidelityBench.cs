using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;
using Quiver.Encoding;

namespace Quiver.Bench.Quality;

/// <summary>
/// B15: how faithful each precision is to f32 on real texts, and what that does to search over them: 10,000 package descriptions, 200
/// queries. Cosines and errors are of the unit-length vectors.
/// </summary>
internal static class FidelityBench
{
    private const int Top = 10;

    // One vector over the fp32 reference's figures is one query in 200, and less than that in MRR.
    private const double RankingTolerance = 0.001;

    public static void Run(BenchContext context)
    {
        var documents = Corpus.Tokenize(Corpus.Descriptions());
        var queries = Corpus.Queries().ToArray();
        var queryIds = Corpus.Tokenize(queries.Select(query => query.Text));
        var names = Corpus.Names().ToArray();
        var reference = Embed(texts => Vectors.OfQuiver(Repository.DefaultModel, Precision.F32, texts));
        var referenceTop = TopOf(reference);

        var table = context.Report.Table(
            $"Fidelity to f32 ({documents.Count} texts, {queries.Length} queries)",
            "arithmetic", "mean cosine", "least cosine", "largest error", "top-10 overlap", "recall@10", "MRR@10");
        Line("f32", reference);
        Line("int16", Embed(texts => Vectors.OfQuiver(Repository.DefaultModel, Precision.Int16, texts)));
        if (OnnxRuntimeSession.Missing() is null)
        {
            using var models = new OnnxModels(Repository.DefaultModel);
            using var int8 = OnnxRuntimeSetup.DynamicInt8(models, context.Load);
            Line("ONNX Runtime dynamic int8", Embed(texts => new Vectors(int8.Embed(texts), reference.Queries.Width).ToUnitLength()));
        }

        var (recall, reciprocalRank) = Corpus.Reference();
        table.Row("sentence-transformers, original fp32 weights", "", "", "", "", $"{recall:f4}", $"{reciprocalRank:f4}");

        Embedded Embed(Func<IReadOnlyList<int[]>, Vectors> embed) => new(embed(documents), embed(queryIds));

        int[][] TopOf(Embedded embedded) =>
            [.. Enumerable.Range(0, queries.Length).AsParallel().AsOrdered().Select(query => embedded.Documents.Nearest(embedded.Queries[query], Top))];

        void Line(string name, Embedded embedded)
        {
            var cosines = Enumerable.Range(0, documents.Count).Select(row => embedded.Documents.Dot(row, reference.Documents[row])).ToArray();
            var error = embedded.Documents.LargestDifference(reference.Documents);
            var top = TopOf(embedded);
            var overlap = top.Zip(referenceTop, (ours, theirs) => ours.Intersect(theirs).Count() / (double)Top).Average();
            var ranks = top.Zip(queries, (rows, query) => 1 + Array.FindIndex(rows, row => names[row] == query.Relevant)).ToArray();
            var found = ranks.Average(rank => rank > 0 ? 1.0 : 0);
            var meanReciprocal = ranks.Average(rank => rank > 0 ? 1.0 / rank : 0);
            table.Row(name, $"{cosines.Average():f7}", $"{cosines.Min():f7}", $"{error:0.0e-0}", $"{overlap:f4}", $"{found:f4}", $"{meanReciprocal:f4}");

            var isInt16 = name == "int16";
            Figure("mean cosine", cosines.Average(), isInt16 ? Target.Least(0.999995) : null);
            Figure("least cosine", cosines.Min(), isInt16 ? Target.Least(0.99998) : null);
            Figure("largest error", error, null);
            Figure("top-10 overlap", overlap, null);
            Figure("recall@10", found, isInt16 ? Target.Least(Corpus.Reference().Recall - RankingTolerance) : null);
            Figure("MRR@10", meanReciprocal, isInt16 ? Target.Least(Corpus.Reference().ReciprocalRank - RankingTolerance) : null);

            void Figure(string figure, double value, Target? target)
            {
                context.Report.Figure("B15", $"{name}, {figure}", value, target);
                if (target is not null && !target.IsMetBy(value))
                    context.Fail($"B15: {name}, {figure} is {value:g7}, not {target.Text}");
            }
        }
    }

    private sealed record Embedded(Vectors Documents, Vectors Queries);
}
