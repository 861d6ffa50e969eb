using System.Diagnostics;
using Quiver.Encoding;
using Quiver.Encoding.Sharing;
using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Encoding.Sharing;

public sealed class ColumnSharingTests
{
    [Theory]
    [InlineData(Precision.F32)]
    [InlineData(Precision.Int16)]
    public void A_text_has_the_same_bits_whoever_helps_and_whenever_he_comes_and_goes(Precision precision)
    {
        using var encoder = TextEncoder.Load(ModelFolder.Open(TestData.DefaultModel), precision);
        using var workspace = encoder.CreateWorkspace();
        var words = new Random(4);
        var texts = Enumerable.Range(1, 12).Select(i => Enumerable.Range(0, 1 + (i * i)).Select(_ => words.Next(1000, 20_000)).ToArray()).ToArray();
        var expected = Array.ConvertAll(texts, text => Encode(encoder, text, workspace, null));
        var host = new Host();
        var helped = 0;
        using var end = new CancellationTokenSource();
        // More threads than cores: some of them are taken off theirs in the middle of a piece.
        var helper = new Thread(() => HelpAtRandom(host.Columns, new Random(1), end.Token));
        var others = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => { while (!end.IsCancellationRequested) Thread.SpinWait(100); })).ToArray();
        helper.Start();
        foreach (var other in others)
            other.Start();

        // The machine decides when a helper gets a piece; it need not be soon.
        for (var round = 0; round < 8 || (helped == 0 && round < 1000); round++)
        {
            for (var i = 0; i < texts.Length; i++)
            {
                Aside(texts[i]).Clear();
                Assert.Equal(expected[i], Encode(encoder, texts[i], workspace, host));
                // Only a helper writes there.
                if (Aside(texts[i]).ContainsAnyExcept(0f))
                    helped++;
            }
        }

        Assert.True(helped > 0);
        end.Cancel();
        helper.Join();
        foreach (var other in others)
            other.Join();

        unsafe Span<float> Aside(int[] text)
        {
            while (workspace.HelperIsLate)
                Thread.Yield();
            var rows = workspace.Aside(text.Length, encoder.HiddenSize);
            return new Span<float>(rows.Data, rows.Count * rows.Stride);
        }
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

        Assert.Equal(HelpOutcome.Late, product.Lead(null));
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

    [Fact]
    public void A_run_that_ends_in_the_middle_of_a_work_leaves_its_helper_no_piece_and_its_memory_to_nobody_until_he_is_out()
    {
        var columns = new ColumnSharing();
        using var workspace = new EncoderWorkspace(16, 16);
        using var helping = new ManualResetEventSlim();
        using var back = new ManualResetEventSlim();
        var work = new Pieces(6)
        {
            OnCompute = piece =>
            {
                helping.Wait(TestContext.Current.CancellationToken);
                if (piece == 1)
                    throw new OperationCanceledException();
            },
            OnComputeAside = _ =>
            {
                helping.Set();
                back.Wait(TestContext.Current.CancellationToken);
                return true;
            },
        };
        var helper = new Thread(() => { while (!helping.IsSet) columns.Help(); }) { IsBackground = true };
        helper.Start();

        Assert.Throws<OperationCanceledException>(() => columns.Compute(work, workspace));
        Assert.True(workspace.HelperIsLate);
        back.Set();
        helper.Join();
        Assert.False(workspace.HelperIsLate);

        // Neither that helper nor another goes on with it.
        columns.Help();
        Assert.Equal([0, 0, 0, 0, 0, 1], work.Aside);
        Assert.Equal([1, 0, 0, 0, 0, 0], work.Done);
    }

    [Theory]
    [InlineData(Precision.F32)]
    [InlineData(Precision.Int16)]
    public void Runs_that_end_in_the_middle_of_shared_attention_leave_no_trace_in_the_next_run_with_their_memory(Precision precision)
    {
        using var encoder = TextEncoder.Load(ModelFolder.Open(TestData.DefaultModel), precision);
        using var workspace = encoder.CreateWorkspace();
        var random = new Random(3);
        var texts = Enumerable.Range(1, 6).Select(i => Enumerable.Range(0, 25 * i).Select(_ => random.Next(1000, 20_000)).ToArray()).ToArray();
        var expected = Array.ConvertAll(texts, text => Encode(encoder, text, workspace, null));
        // Two leaders take turns with the memory: a helper whom one of them left behind meets the other's.
        Host[] hosts = [new(), new()];
        using var end = new CancellationTokenSource();
        var helpers = hosts.Select((host, i) => new Thread(() => HelpAtRandom(host.Columns, new Random(i), end.Token)) { IsBackground = true }).ToList();
        helpers.ForEach(helper => helper.Start());
        var ended = 0;
        for (var round = 0; round < 100; round++)
        {
            var ending = hosts[round % 2];
            ending.EndAfter(random.Next(1, 60));
            if (!TryEncode(ending))
                ended++;
            ending.EndAfter(null);
            var next = random.Next(texts.Length);
            Assert.Equal(expected[next], Encode(encoder, texts[next], workspace, hosts[(round + 1) % 2]));
        }

        end.Cancel();
        helpers.ForEach(helper => helper.Join());
        Assert.True(ended > 30, $"{ended}");

        bool TryEncode(Host host)
        {
            try
            {
                Encode(encoder, texts[^1], workspace, host);
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void What_ran_at_a_yield_point_does_not_make_the_leader_wait_longer_for_a_piece()
    {
        var suspension = TimeSpan.FromMilliseconds(60);
        // The best of some: a busy machine takes time of its own.
        var shortest = Enumerable.Range(0, 5).Min(_ => WaitAfter(suspension));
        Assert.True(shortest < suspension / 2, $"{shortest}");

        static TimeSpan WaitAfter(TimeSpan suspension)
        {
            var begun = 0L;
            var host = new Host { OnYield = () => { while (Stopwatch.GetElapsedTime(begun) < suspension) Thread.SpinWait(10); } };
            var work = new Pieces(2)
            {
                OnCompute = _ =>
                {
                    host.EndAfter(2);
                    begun = Stopwatch.GetTimestamp();
                    host.YieldPoint();
                    host.EndAfter(null);
                },
            };
            Assert.True(work.TryTakeForHelper(1));
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(HelpOutcome.Late, work.Lead(host));
            // Both pieces were computed here, each with its suspension.
            return Stopwatch.GetElapsedTime(start) - (2 * suspension);
        }
    }

    [Fact]
    public void A_piece_that_the_helper_breaks_off_is_computed_by_the_leader()
    {
        var columns = new ColumnSharing();
        using var workspace = new EncoderWorkspace(16, 16);
        using var helping = new ManualResetEventSlim();
        using var left = new ManualResetEventSlim();
        var work = new Pieces(3)
        {
            OnCompute = piece => (piece == 0 ? helping : left).Wait(TestContext.Current.CancellationToken),
            OnComputeAside = piece =>
            {
                helping.Set();
                return piece != 1;
            },
        };
        var helper = new Thread(() =>
        {
            while (!helping.IsSet)
                columns.Help();
            left.Set();
        })
        { IsBackground = true };
        helper.Start();
        columns.Compute(work, workspace);
        helper.Join();

        Assert.Equal([1, 1, 1], work.Done);
        Assert.Equal([0, 0, 1], work.Aside);
    }

    [Fact]
    public void Who_waits_for_a_helpers_piece_lets_others_in_meanwhile()
    {
        Pieces? work = null;
        var yielded = false;
        var host = new Host
        {
            OnYield = () =>
            {
                yielded = true;
                throw new OperationCanceledException();
            },
        };
        // Long enough that the leader would wait a second for the helper, who never comes back.
        work = new Pieces(2) { OnCompute = _ => SpinFor(TimeSpan.FromMilliseconds(500), host) };
        Assert.True(work.TryTakeForHelper(1));

        Assert.Throws<OperationCanceledException>(() => work.Lead(host));
        Assert.True(yielded);
        Assert.Equal([1, 0], work.Done);

        static void SpinFor(TimeSpan time, Host host)
        {
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
                Thread.SpinWait(100);
            host.EndAfter(1);
        }
    }

    [Fact]
    public void A_helper_leaves_a_head_of_a_long_text_between_two_tiles_when_he_is_wanted()
    {
        const int heads = 2, headSize = 16, tokens = 10 * SelfAttention.TileRows;
        using var attention = new SelfAttention(
            RandomLinear(heads * headSize, 3 * heads * headSize, Precision.F32), RandomLinear(heads * headSize, heads * headSize, Precision.F32), heads, headSize, bias: null);
        using var workspace = new EncoderWorkspace(heads * headSize, 3 * heads * headSize);
        workspace.ReserveRows(tokens);
        workspace.Lay(workspace.Head, tokens, headSize);
        workspace.Lay(workspace.HelperHead, tokens, headSize);
        var aside = workspace.Aside(tokens, heads * headSize);
        var work = new SharedHeads(attention, heads, workspace.Wide(tokens, 3 * heads * headSize), workspace.Context(tokens), aside, workspace);

        Assert.True(work.TryComputeAside(1, new ColumnSharing()));
        Assert.False(work.TryComputeAside(1, new ColumnSharing { IsHelperWanted = true }));
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

    private static float[] Encode(TextEncoder encoder, int[] ids, EncoderWorkspace workspace, EncodingHost? host)
    {
        var vector = new float[encoder.Width];
        encoder.Encode(new TokenBatch(ids, [ids.Length]), vector, workspace, host);
        return vector;
    }

    /// <summary>Work that counts what was done.</summary>
    private sealed class Pieces(int count) : SharedWork(count)
    {
        public int[] Aside { get; } = new int[count];

        public int[] Done { get; } = new int[count];

        public int Copied { get; private set; }

        public Action<int> OnCompute { get; init; } = _ => Thread.SpinWait(50);

        /// <summary>Returns whether the helper came to the end of it.</summary>
        public Func<int, bool> OnComputeAside { get; init; } = _ =>
        {
            Thread.SpinWait(50);
            return true;
        };

        protected override void Compute(int piece)
        {
            OnCompute(piece);
            Done[piece]++;
        }

        protected internal override bool TryComputeAside(int piece, ColumnSharing sharing)
        {
            if (!OnComputeAside(piece))
                return false;
            Aside[piece]++;
            return true;
        }

        protected override void Copy(int piece)
        {
            Done[piece] += Aside[piece];
            Copied++;
        }
    }

    private sealed class Host : EncodingHost
    {
        private int _points;

        public ColumnSharing Columns { get; } = new();

        protected internal override ColumnSharing? Sharing => Columns;

        public Action OnYield { get; init; } = () => { };

        /// <summary>Ends the run at one of its next yield points.</summary>
        /// <param name="points">Which; null for none.</param>
        public void EndAfter(int? points)
        {
            _points = points ?? 0;
            if (points is null)
                ClearYield();
            else
                RequestYield();
        }

        protected override void Yield()
        {
            OnYield();
            if (--_points == 0)
                throw new OperationCanceledException();
        }
    }
}
