using System.Buffers;
using System.Text.Json;
using Quiver.Bench.Measurement;
using Quiver.Bench.Reporting;
using Quiver.Caching;
using Quiver.Embedding;

namespace Quiver.Bench.Micro;

/// <summary>B20: a unit vector of 384 floats to JSON numbers, beside the library's writer; and the same with values of every size.</summary>
internal static class FloatFormatBench
{
    private const int Width = 384;

    public static void Run(Report report)
    {
        var table = report.Table("A vector to JSON", "values", "ns/float", "Utf8JsonWriter", "ratio", "target");
        Line("a unit vector", UnitVector(), Target.Most(8));
        Line("every size down to 1e-38", AllSizes(), null);

        void Line(string name, float[] vector, Target? target)
        {
            var room = new byte[VectorText.MaxBytes(Width, VectorTextKind.Numbers)];
            var buffer = new ArrayBufferWriter<byte>(room.Length);
            using var json = new Utf8JsonWriter(buffer);
            var (ours, library, ratio) = Sampler.TimeThreadBeside(() => Sink.Take(VectorText.Write(vector, VectorTextKind.Numbers, room)), () => WriteByLibrary(vector, json, buffer));
            var (perFloat, peer) = (ours.Convert(seconds => seconds * 1e9 / Width), library.Convert(seconds => seconds * 1e9 / Width));
            table.Row(name, $"{perFloat.Median:f2}", $"{peer.Median:f1}", $"{1 / ratio.Median:f1}x", target is null ? "" : Format.Verdict(perFloat.Median, target));
            report.Figure("B20", $"{name}, ns/float", perFloat, target);
        }
    }

    private static void WriteByLibrary(float[] vector, Utf8JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartArray();
        foreach (var value in vector)
            json.WriteNumberValue(value);
        json.WriteEndArray();
        json.Flush();
    }

    private static float[] UnitVector()
    {
        var random = new Random(Width);
        var vector = Enumerable.Range(0, Width).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var length = MathF.Sqrt(vector.Sum(x => x * x));
        return [.. vector.Select(x => x / length)];
    }

    private static float[] AllSizes() => [.. UnitVector().Select((x, i) => x * MathF.Pow(10, -(i % 38)))];
}
