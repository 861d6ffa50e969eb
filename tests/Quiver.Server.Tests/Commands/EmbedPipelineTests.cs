using Quiver.Embedding;
using Quiver.Server.Commands;
using Quiver.Server.Commands.Formats;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public class EmbedPipelineTests
{
    [Fact]
    public async Task Vectors_come_out_in_the_order_of_the_texts_though_batches_finish_out_of_turn()
    {
        // The first text of each batch holds up its runner, so that neighbouring batches overtake each other.
        var embedder = new SpellingEmbedder { BeforeEach = input => { if (input.FullLength == 7) Thread.SpinWait(20_000); } };
        var texts = Enumerable.Range(0, 5000).Select(i => i % 64 == 0 ? $"{i:D7}" : $"{i}").ToArray();

        var (rows, pipeline) = await EmbedAsync(embedder, string.Join('\n', texts));

        Assert.Equal(texts.Length, pipeline.Texts);
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => (long)i), rows.Select(row => row.Index));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => (float)i), rows.Select(row => row.Vector[1]));
    }

    [Fact]
    public async Task A_text_over_the_limit_is_cut_and_flagged()
    {
        var (rows, pipeline) = await EmbedAsync(new SpellingEmbedder(), "12345678\n123456789\n1\n1234567890");

        Assert.Equal([false, true, false, true], rows.Select(row => row.Truncated));
        Assert.Equal([8, 8, 1, 8], rows.Select(row => row.Tokens));
        Assert.Equal((2, 2), (pipeline.Truncated, pipeline.FirstTruncatedLine));
    }

    [Fact]
    public async Task Without_truncation_the_first_text_over_the_limit_is_refused_by_its_line()
    {
        var exception = await Assert.ThrowsAsync<InputException>(() => EmbedAsync(new SpellingEmbedder(), "1\n2\n123456789\n1234567890", truncate: false));

        Assert.Equal("texts, line 3: 9 tokens; fake takes 8. Without --no-truncate it is cut.", exception.Message);
    }

    [Fact]
    public async Task A_text_without_a_token_is_refused_by_its_line()
    {
        var exception = await Assert.ThrowsAsync<InputException>(() => EmbedAsync(new SpellingEmbedder(), "1\n\n2"));

        Assert.Equal("texts, line 2: This model makes no token of it.", exception.Message);
    }

    [Fact]
    public async Task What_stands_before_a_bad_line_is_written_before_the_run_ends()
    {
        var input = string.Concat(Enumerable.Range(0, 200).Select(i => $"{{\"text\":\"{i}\"}}\n")) + "bad";
        var written = new Rows();

        var exception = await Assert.ThrowsAsync<InputException>(() => EmbedAsync(new SpellingEmbedder(), input, written, InputFormat.Jsonl));

        Assert.Equal("texts, line 201: not valid JSON at byte 1", exception.Message);
        Assert.Equal(200, written.Count);
    }

    [Theory]
    [InlineData(20)] // Two texts of the model's eight tokens.
    [InlineData(8)]
    public async Task Long_texts_are_never_more_than_one_request_may_hold(int maxRequestTokens)
    {
        var texts = Enumerable.Repeat("123456789", 100);

        var (rows, _) = await EmbedAsync(
            new SpellingEmbedder(), string.Join('\n', texts), options: new EmbeddingServiceOptions { MaxRequestTokens = maxRequestTokens });

        Assert.Equal(100, rows.Count);
    }

    [Fact]
    public async Task The_reader_stays_a_few_batches_ahead_and_no_more()
    {
        using var release = new ManualResetEventSlim();
        using var stalled = new CountingStream(lines: 1_000_000);
        var embedder = new SpellingEmbedder { BeforeEach = _ => release.Wait() };
        using var cancellation = new CancellationTokenSource();
        var running = EmbedAsync(embedder, stalled, new Rows(), cancellationToken: cancellation.Token);

        // Nothing is computed, so reading comes to rest; then the rest of the input was not asked for.
        await stalled.Rest();
        Assert.InRange(stalled.LinesRead, 64, 64 * 200);

        await cancellation.CancelAsync();
        release.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static Task<(Rows Rows, EmbedPipeline Pipeline)> EmbedAsync(
        SpellingEmbedder embedder,
        string input,
        Rows? rows = null,
        InputFormat format = InputFormat.Lines,
        bool truncate = true,
        EmbeddingServiceOptions? options = null) =>
        EmbedAsync(embedder, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(input)), rows ?? new Rows(), format, truncate, options);

    private static async Task<(Rows Rows, EmbedPipeline Pipeline)> EmbedAsync(
        SpellingEmbedder embedder,
        Stream input,
        Rows rows,
        InputFormat format = InputFormat.Lines,
        bool truncate = true,
        EmbeddingServiceOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new EmbeddingServiceOptions { Scheduler = new() { Runners = 2, UnitTexts = 64 } };
        using var service = new EmbeddingService(new ModelDirectory([embedder]), options);
        using var reader = new InputReader(input, "texts", format, textOnly: true);
        var pipeline = new EmbedPipeline(service, embedder, options.MaxRequestTokens, normalize: false, truncate);
        await pipeline.RunAsync(reader, rows.Writer, new EmbedProgress(null, TimeProvider.System), cancellationToken);
        return (rows, pipeline);
    }

    private sealed record Row(long Index, float[] Vector, int Tokens, bool Truncated);

    private sealed class Rows : List<Row>
    {
        public VectorWriter Writer => new Collector(this);

        private sealed class Collector(Rows rows) : VectorWriter
        {
            public override void Write(long index, ReadOnlySpan<float> vector, int tokens, bool truncated) =>
                rows.Add(new Row(index, vector.ToArray(), tokens, truncated));

            public override void Complete()
            {
            }
        }
    }

    /// <summary>Many short lines, made as they are read; knows when its reader has stopped coming back.</summary>
    private sealed class CountingStream(int lines) : MemoryStream
    {
        private long _read;

        public long LinesRead => Volatile.Read(ref _read);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_read >= lines) return new(0);
            "1\n"u8.CopyTo(buffer.Span);
            Interlocked.Increment(ref _read);
            return new(2);
        }

        public async Task Rest()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            for (long before = -1; before != LinesRead || before == 0;)
            {
                before = LinesRead;
                await timer.WaitForNextTickAsync();
            }
        }
    }
}
