using System.Text.Json;
using Quiver.Encoding;
using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Encoding;

/// <summary>Every architecture against torch, on tiny models whose every parameter is random: a forgotten term shows.</summary>
public sealed class TinyModelTests
{
    private const double NormalizedTolerance = 1e-5;
    private const double RawTolerance = 5e-5;

    public static TheoryData<string> Models => ["bert", "roberta", "xlm-roberta", "distilbert", "mpnet", "electra", "albert"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Vectors_are_those_of_the_reference(string name)
    {
        var folder = TestData.TinyModel(name);
        using var encoder = TextEncoder.Load(ModelFolder.Open(folder), Precision.F32);
        using var workspace = encoder.CreateWorkspace();

        var cases = ReadCases(Path.Combine(folder, "cases.jsonl")).ToList();
        Assert.True(cases.Count >= 12);
        foreach (var expected in cases)
        {
            var vector = Encode(encoder, workspace, expected.Ids);
            if (encoder.Normalizes) UnitLength.Normalize(vector);
            AssertClose(expected.Vector, vector, encoder.Normalizes ? NormalizedTolerance : RawTolerance, name);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_pooling_mode_is_that_of_the_reference(string name)
    {
        using var copy = new ModelCopy(TestData.TinyModel(name));
        var variants = File.ReadLines(Path.Combine(copy.Folder, "pooling_variants.jsonl")).Select(line => JsonDocument.Parse(line).RootElement);
        foreach (var group in variants.GroupBy(variant => variant.GetProperty("pooling").GetString()!))
        {
            copy.SetPooling(group.Key);
            using var encoder = TextEncoder.Load(ModelFolder.Open(copy.Folder), Precision.F32);
            using var workspace = encoder.CreateWorkspace();
            foreach (var variant in group)
            {
                var vector = Encode(encoder, workspace, [.. variant.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())]);
                var normalize = variant.TryGetProperty("normalize", out var flag) && flag.GetBoolean();
                if (normalize) UnitLength.Normalize(vector);
                var expected = variant.GetProperty("vector").EnumerateArray().Select(x => x.GetDouble()).ToArray();
                AssertClose(expected, vector, normalize ? NormalizedTolerance : RawTolerance, $"{name} {group.Key}");
            }
        }
    }

    private static float[] Encode(TextEncoder encoder, EncoderWorkspace workspace, int[] ids)
    {
        var vector = new float[encoder.Width];
        encoder.Encode(new TokenBatch(ids, [ids.Length]), vector, workspace);
        return vector;
    }

    private static IEnumerable<(int[] Ids, double[] Vector)> ReadCases(string file) =>
        from line in File.ReadLines(file)
        let element = JsonDocument.Parse(line).RootElement
        select ((int[])[.. element.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())],
            (double[])[.. element.GetProperty("vector").EnumerateArray().Select(x => x.GetDouble())]);

    private static void AssertClose(double[] expected, float[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (x, y) => Math.Abs(x - y)).Max();
        Assert.True(worst <= tolerance, $"{what}: off by {worst:E2}");
    }

    /// <summary>A tiny model whose modules are cut down to one pooling mode.</summary>
    private sealed class ModelCopy : IDisposable
    {
        private static readonly Dictionary<string, string> Keys = new()
        {
            ["mean"] = "pooling_mode_mean_tokens",
            ["cls"] = "pooling_mode_cls_token",
            ["max"] = "pooling_mode_max_tokens",
            ["lasttoken"] = "pooling_mode_lasttoken",
            ["mean_sqrt_len"] = "pooling_mode_mean_sqrt_len_tokens",
            ["mean_sqrt_len_tokens"] = "pooling_mode_mean_sqrt_len_tokens",
            ["weightedmean"] = "pooling_mode_weightedmean_tokens",
        };

        public ModelCopy(string source)
        {
            foreach (var file in Directory.GetFiles(source))
                File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
            Directory.CreateDirectory(Path.Combine(Folder, "1_Pooling"));
            File.WriteAllText(Path.Combine(Folder, "modules.json"), """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
                """);
        }

        public string Folder { get; } = Directory.CreateTempSubdirectory("quiver-pooling-").FullName;

        public void SetPooling(string mode)
        {
            var values = Keys.Values.Distinct().ToDictionary(key => key, key => (object)(key == Keys[mode]));
            values["word_embedding_dimension"] = 64;
            File.WriteAllText(Path.Combine(Folder, "1_Pooling", "config.json"), JsonSerializer.Serialize(values));
        }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
