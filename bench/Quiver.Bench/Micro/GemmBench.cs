using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Quiver.Bench.Measurement;
using Quiver.Bench.Reporting;
using Quiver.Encoding;
using Quiver.Encoding.Kernels;

namespace Quiver.Bench.Micro;

/// <summary>
/// The matrix products of all-MiniLM-L6-v2 on one thread, each beside the peak loop of its own arithmetic run in alternation with it. The
/// last line of each table walks the matrices of all six layers, whose weights do not fit L2: what the encoder really meets.
/// </summary>
internal static class GemmBench
{
    private const int Layers = 6;

    private static readonly int[] RowCounts = [5, 20, 120];

    private static readonly (int Inputs, int Outputs)[] Shapes = [(384, 1152), (384, 384), (384, 1536), (1536, 384)];

    public static void Run(Report report)
    {
        Measure(report, Precision.F32, "f32, GFLOP/s", rows => rows == 120 ? Target.Least(0.95) : null);
        Measure(report, Precision.Int16, "int16, GOP/s", rows => rows == 20 ? Target.Least(0.85) : null);
    }

    private static void Measure(Report report, Precision precision, string title, Func<int, Target?> target)
    {
        var table = report.Table($"Matrix products, {title} (share of the peak)", ["inputs × outputs", .. RowCounts.Select(rows => $"{rows} rows")]);
        foreach (var (inputs, outputs) in Shapes)
        {
            using var product = new Product(precision, inputs, outputs);
            Line($"{inputs} × {outputs}", product.Multiply, inputs * (double)outputs);
        }

        var layers = Enumerable.Range(0, Layers).SelectMany(_ => Shapes).Select(shape => new Product(precision, shape.Inputs, shape.Outputs)).ToArray();
        Line("all layers", AllLayers, Layers * Shapes.Sum(shape => shape.Inputs * (double)shape.Outputs));
        foreach (var product in layers)
            product.Dispose();

        void AllLayers(int rows)
        {
            foreach (var product in layers)
                product.Multiply(rows);
        }

        void Line(string name, Action<int> multiply, double weights)
        {
            var cells = RowCounts.Select(rows =>
            {
                var (peak, peakOperations) = Peak(precision);
                var operations = 2 * weights * rows;
                var (ours, limit, _) = Sampler.TimeThreadBeside(() => multiply(rows), peak);
                var rate = ours.Convert(seconds => operations / seconds / 1e9);
                var share = rate.Median / (peakOperations / limit.Median / 1e9);
                report.Figure("gemm", $"{precision}, {name}, {rows} rows, G/s", rate);
                report.Figure("gemm", $"{precision}, {name}, {rows} rows, share of the peak", share, name == "all layers" ? null : target(rows));
                return $"{rate.Median:f0} ({Format.Percent(share)})";
            });
            table.Row([name, .. cells]);
        }
    }

    /// <summary>The widest loop of this arithmetic that the machine runs.</summary>
    private static (Action Loop, double Operations) Peak(Precision precision) => precision switch
    {
        Precision.F32 when Vector512.IsHardwareAccelerated => (CpuPeak.F32Vector512, CpuPeak.F32Operations(512)),
        Precision.F32 => (CpuPeak.F32Vector256, CpuPeak.F32Operations(256)),
        _ when Avx512BW.IsSupported => (CpuPeak.Int16Vector512, CpuPeak.Int16Operations(512)),
        _ => (CpuPeak.Int16Vector256, CpuPeak.Int16Operations(256)),
    };

    private sealed unsafe class Product : IDisposable
    {
        private readonly PackedMatrix _weights;
        private readonly NativeBuffer _input;
        private readonly NativeBuffer _output;
        private readonly int _outputStride;

        public Product(Precision precision, int inputs, int outputs)
        {
            var random = new Random(inputs + outputs);
            var weights = new float[inputs * outputs];
            foreach (ref var weight in weights.AsSpan())
                weight = random.NextSingle() - 0.5f;
            _weights = PackedMatrix.Pack((output, row) => weights.AsSpan(output * inputs, inputs).CopyTo(row), inputs, outputs, precision);
            _input = new NativeBuffer((long)RowCounts[^1] * _weights.Steps * sizeof(int));
            FillInput(random, precision);
            _outputStride = Rows.StrideOf(outputs);
            _output = NativeBuffer.OfFloats((long)RowCounts[^1] * _outputStride);
        }

        public void Multiply(int rows) =>
            MatrixProduct.Multiply(_input.Ints, _weights.Steps, rows, _weights, 0, _weights.Panels, _output.Floats, _outputStride);

        public void Dispose()
        {
            _weights.Dispose();
            _input.Dispose();
            _output.Dispose();
        }

        private void FillInput(Random random, Precision precision)
        {
            if (precision == Precision.F32)
            {
                foreach (ref var x in new Span<float>(_input.Floats, (int)_input.Bytes / sizeof(float)))
                    x = random.NextSingle() - 0.5f;
            }
            else
            {
                foreach (ref var x in new Span<short>(_input.Shorts, (int)_input.Bytes / sizeof(short)))
                    x = (short)random.Next(-PackedMatrix.LargestInteger, PackedMatrix.LargestInteger + 1);
            }
        }
    }
}
