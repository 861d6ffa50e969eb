using Quiver.Bench.Measurement;
using Quiver.Bench.Reporting;
using Quiver.Encoding;
using Quiver.Encoding.Kernels;

namespace Quiver.Bench.Micro;

/// <summary>What happens between two matrix products, on one thread: nanoseconds an element at 20 rows, the data in cache.</summary>
internal static unsafe class RowKernelBench
{
    private const int RowCount = 20;
    private const int Hidden = 384;
    private const int Intermediate = 1536;

    public static void Run(Report report)
    {
        using var wide = Noise(RowCount * Intermediate);
        using var source = Noise(RowCount * Intermediate);
        using var parameters = Noise(Intermediate);
        using var integers = new NativeBuffer((long)RowCount * Intermediate * sizeof(short));
        using var scales = NativeBuffer.OfFloats(RowCount);
        var inner = new Rows(wide.Floats, RowCount, Intermediate);
        var states = new Rows(wide.Floats, RowCount, Hidden);
        var branch = new Rows(source.Floats, RowCount, Hidden);

        var table = report.Table("Between the products", "kernel", "ns/element", "spread");
        Line("bias", inner, () => RowKernels.Finish(inner, 0, inner.Stride, null, null, parameters.Floats, Activation.None));
        Line("bias and GELU", inner, () => RowKernels.Finish(inner, 0, inner.Stride, null, null, parameters.Floats, Activation.Gelu));
        Line("residual and LayerNorm", states, () => RowKernels.AddAndNormalize(states, branch, parameters.Floats, parameters.Floats, 1e-12f));
        Line("quantize to int16", inner, () => Quantization.QuantizeRows(source.Floats, inner.Stride, RowCount, integers.Shorts, scales.Floats));
        foreach (var length in (int[])[20, 120, 256])
        {
            using var scores = NativeBuffer.OfFloats(VectorMath.RoundUp(length));
            Add($"softmax, row of {length}", length, () =>
            {
                new Span<float>(source.Floats, length).CopyTo(new Span<float>(scores.Floats, length));
                AttentionKernel.Softmax(scores.Floats, length, 0.1767767f, null);
            });
        }

        void Line(string name, Rows rows, Action kernel) => Add(name, rows.Count * rows.Width, () =>
        {
            // Kernels work in place: values must neither grow from call to call nor fade into subnormals.
            new Span<float>(source.Floats, RowCount * Intermediate).CopyTo(new Span<float>(wide.Floats, RowCount * Intermediate));
            kernel();
        });

        void Add(string name, int elements, Action kernel)
        {
            var time = Sampler.TimeThread(kernel).Convert(seconds => seconds * 1e9 / elements);
            table.Row(name, $"{time.Median:f3}", Format.Spread(time));
            report.Figure("rows", $"{name}, ns/element", time);
        }
    }

    private static NativeBuffer Noise(int count)
    {
        var random = new Random(count);
        var buffer = NativeBuffer.OfFloats(count);
        foreach (ref var x in new Span<float>(buffer.Floats, count))
            x = (random.NextSingle() - 0.5f) * 4;
        return buffer;
    }
}
