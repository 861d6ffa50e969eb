using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Encoding.Sharing;
using Quiver.Tests.Support;

namespace Quiver.Tests.Encoding.Sharing;

public sealed class ColumnSharingTests
{
    [Theory]
    [InlineData(Precision.F32)]
    [InlineData(Precision.Int16)]
    public void A_text_has_the_same_bits_whoever_helps_and_whenever_he_comes_and_goes(Precision precision)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, precision);
        var inputs = Enumerable.Range(1, 12).Select(i => model.Tokenize(string.Join(' ', Enumerable.Repeat($"words{i}", i * i)))).ToArray();
        var expected = Array.ConvertAll(inputs, input => Embed(model, input, null));
        var host = new Host();
        using var end = new CancellationTokenSource();
        // More threads than cores: some of them are taken off theirs in the middle of a piece.
        var helper = new Thread(() => HelpAtRandom(host.Columns, new Random(1), end.Token));
        var others = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => { while (!end.IsCancellationRequested) Thread.SpinWait(100); })).ToArray();
        helper.Start();
        foreach (var other in others)
            other.Start();

        for (var round = 0; round < 8; round++)
        {
            for (var i = 0; i < inputs.Length; i++)
                Assert.Equal(expected[i], Embed(model, inputs[i], host));
        }

        end.Cancel();
        helper.Join();
        foreach (var other in others)
            other.Join();
    }

    [Theory]
    [InlineData(Precision.F32)]
    [InlineData(Precision.Int16)]
    public unsafe void A_helper_that_never_comes_back_holds_nobody_up(Precision precision)
    {
        const int rows = 5, inputs = 70, outputs = 300;
        using var linear = RandomLinear(inputs, outputs, precision);
        using var workspace = new EncoderWorkspace(inputs, outputs);
        workspace.ReserveRows(rows);
        var input = workspace.Context(rows);
        var random = new Random(5);
        for (var row = 0; row < rows; row++)
        {
            foreach (ref var x in new Span<float>(input[row], inputs))
                x = random.NextSingle() - 0.5f;
        }

        var expected = workspace.Wide(rows, outputs);
        linear.Apply(input, expected, workspace);
        using var memory = NativeBuffer.OfFloats(2 * rows * expected.Stride);
        var output = new Rows(memory.Floats, rows, outputs);
        var aside = new Rows(memory.Floats + rows * expected.Stride, rows, outputs);
        var product = new SharedProduct(linear, linear.Operand(input, workspace), output, aside, 0, expected.Stride / PanelWidth);
        Assert.True(product.TryTakeForHelper(expected.Stride / 64 - 1));

        Assert.Equal(HelpOutcome.Late, product.Lead());
        for (var row = 0; row < rows; row++)
            Assert.Equal(new ReadOnlySpan<float>(expected[row], outputs), new ReadOnlySpan<float>(output[row], outputs));

        // Back at last, he finds nothing to do.
        product.Help(new ColumnSharing());
        Assert.False(product.IsHelped);
    }

    [Fact]
    public void After_a_late_helper_none_is_asked_for_a_while_and_longer_each_time()
    {
        using var workspace = new EncoderWorkspace(16, 16);
        var columns = new ColumnSharing();
        Assert.True(columns.IsWorthwhile);

        columns.Compute(new Pieces(4), workspace);
        Assert.Equal(0, Pause());
        columns.Compute(Late(), workspace);
        var first = Pause();
        columns.Compute(Late(), workspace);
        var second = Pause();
        Assert.True(first > 30 && second == 2 * first, $"{first} {second}");

        int Pause()
        {
            var pause = 0;
            while (!columns.IsWorthwhile)
                pause++;
            return pause;
        }

        static Pieces Late()
        {
            var work = new Pieces(4);
            Assert.True(work.TryTakeForHelper(3));
            return work;
        }
    }

    [Fact]
    public void Every_piece_is_done_once_where_it_belongs_by_one_thread_or_the_other()
    {
        var columns = new ColumnSharing();
        using var workspace = new EncoderWorkspace(16, 16);
        using var end = new CancellationTokenSource();
        var helper = new Thread(() => HelpAtRandom(columns, new Random(2), end.Token));
        helper.Start();
        var helped = 0;
        // The machine decides when a helper gets a piece; it need not be soon.
        for (var round = 0; round < 2_000 || (helped == 0 && round < 1_000_000); round++)
        {
            var work = new Pieces(1 + (round % 20));
            columns.Compute(work, workspace);
            Assert.All(work.Done, done => Assert.Equal(1, done));
            helped += work.Copied;
            while (workspace.HelperIsLate)
                Thread.Yield();
        }

        end.Cancel();
        helper.Join();
        Assert.True(helped > 0);
    }

    private static int PanelWidth => Quiver.Encoding.Kernels.PackedMatrix.PanelWidth;

    private static void HelpAtRandom(ColumnSharing columns, Random random, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            columns.IsHelperWanted = random.Next(4) == 0;
            columns.Help();
            Thread.SpinWait(random.Next(1000));
        }
    }

    private static Linear RandomLinear(int inputs, int outputs, Precision precision)
    {
        var random = new Random(7);
        var weights = new float[inputs * outputs];
        foreach (ref var weight in weights.AsSpan())
            weight = random.NextSingle() - 0.5f;
        var bias = weights.AsSpan(0, outputs);
        return new Linear((output, row) => weights.AsSpan(output * inputs, inputs).CopyTo(row), bias, inputs, outputs, precision, Activation.Gelu);
    }

    private static float[] Embed(EmbeddingModel model, TokenizedInput input, EncodingHost? host)
    {
        var vector = new float[model.Width];
        model.Embed([input], vector, host);
        return vector;
    }

    /// <summary>Work that counts what was done.</summary>
    private sealed class Pieces(int count) : SharedWork(count)
    {
        private readonly int[] _aside = new int[count];

        public int[] Done { get; } = new int[count];

        public int Copied { get; private set; }

        protected override void Compute(int piece)
        {
            Thread.SpinWait(50);
            Done[piece]++;
        }

        protected override void ComputeAside(int piece)
        {
            Thread.SpinWait(50);
            _aside[piece]++;
        }

        protected override void Copy(int piece)
        {
            Done[piece] += _aside[piece];
            Copied++;
        }
    }

    private sealed class Host : EncodingHost
    {
        public ColumnSharing Columns { get; } = new();

        protected internal override ColumnSharing? Sharing => Columns;

        protected override void Yield()
        {
        }
    }
}
