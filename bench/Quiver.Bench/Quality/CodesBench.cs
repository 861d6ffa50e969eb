using Quiver.Bench.Reporting;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Models;

namespace Quiver.Bench.Quality;

/// <summary>
/// What is found with codes in place of floats: 10,000 package descriptions, 200 queries. Signed codes are compared by dot product, uint8 by
/// distance, bits by how many differ; all as clients do it, who do not know the model's limit.
/// </summary>
internal static class CodesBench
{
    private const int Top = 10;

    public static void Run(BenchContext context)
    {
        var queries = Corpus.Queries().ToArray();
        var names = Corpus.Names().ToArray();
        var documents = Vectors.OfQuiver(Repository.DefaultModel, Precision.Int16, Corpus.Tokenize(Corpus.Descriptions()));
        var asked = Vectors.OfQuiver(Repository.DefaultModel, Precision.Int16, Corpus.Tokenize(queries.Select(query => query.Text)));
        var limit = ModelFolder.Open(Repository.DefaultModel).CodeLimit;
        var table = context.Report.Table($"Search by codes ({documents.Count} texts, {queries.Length} queries)", "type", "bytes", "recall@10", "of float's", "top-10 overlap", "target");

        var floats = Find(row => asked[row].ToArray(), row => documents[row].ToArray(), Dot);
        Line("float", documents.Width * sizeof(float), floats, null);
        Line("int8", documents.Width, Find(row => Codes(asked[row], ElementType.Int8, limit), row => Codes(documents[row], ElementType.Int8, limit), Dot), Target.Least(0.99));
        Line("uint8", documents.Width, Find(row => Codes(asked[row], ElementType.UInt8, limit), row => Codes(documents[row], ElementType.UInt8, limit), Nearness), Target.Least(0.99));
        Line("int8 without a limit", documents.Width, Find(row => Codes(asked[row], ElementType.Int8, null), row => Codes(documents[row], ElementType.Int8, null), Dot), Target.Least(0.99));
        Line("binary", documents.Width / 8, Find(row => Signs(asked[row]), row => Signs(documents[row]), Dot), null);

        void Line(string name, int bytes, int[][] found, Target? target)
        {
            var ratio = Recall(found) / Recall(floats);
            var overlap = found.Zip(floats, (ours, theirs) => ours.Intersect(theirs).Count() / (double)Top).Average();
            table.Row(name, $"{bytes}", $"{Recall(found):f4}", $"{ratio:f4}", $"{overlap:f4}", target is null ? "" : Format.Verdict(ratio, target));
            context.Report.Figure("codes", $"{name}, recall@10 of float's", ratio, target);
            if (target is not null && !target.IsMetBy(ratio))
                context.Fail($"codes: {name} finds {ratio:f4} of what floats find");
        }

        double Recall(int[][] found) => found.Zip(queries, (rows, query) => rows.Any(row => names[row] == query.Relevant) ? 1.0 : 0).Average();

        int[][] Find(Func<int, float[]> query, Func<int, float[]> document, Func<float[], float[], double> score)
        {
            var all = Enumerable.Range(0, documents.Count).Select(document).ToArray();
            return [.. Enumerable.Range(0, queries.Length).AsParallel().AsOrdered().Select(row =>
            {
                var vector = query(row);
                return Enumerable.Range(0, all.Length).OrderByDescending(other => score(vector, all[other])).Take(Top).ToArray();
            })];
        }
    }

    private static float[] Codes(ReadOnlySpan<float> vector, ElementType type, float? limit) =>
        Array.ConvertAll(VectorCodes.Of(vector, type, vector.Length, limit), code => type == ElementType.Int8 ? (sbyte)code : (float)code);

    private static float[] Signs(ReadOnlySpan<float> vector) => Array.ConvertAll(vector.ToArray(), element => element > 0 ? 1f : -1f);

    private static double Dot(float[] left, float[] right)
    {
        var sum = 0f;
        for (var i = 0; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }

    private static double Nearness(float[] left, float[] right)
    {
        var sum = 0f;
        for (var i = 0; i < left.Length; i++)
            sum -= (left[i] - right[i]) * (left[i] - right[i]);
        return sum;
    }
}
