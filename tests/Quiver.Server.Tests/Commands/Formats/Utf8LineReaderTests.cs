using Quiver.Server.Commands;
using Quiver.Server.Commands.Formats;

namespace Quiver.Server.Tests.Commands.Formats;

public class Utf8LineReaderTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\n\nb", new[] { "a", "", "b" })]
    [InlineData("\n", new[] { "" })]
    [InlineData("a\r\nb\r\n", new[] { "a", "b" })]
    [InlineData("a\rb\n", new[] { "a\rb" })]
    [InlineData("a\r", new[] { "a\r" })]
    [InlineData("\uFEFFa\n\uFEFFb", new[] { "a", "\uFEFFb" })]
    public async Task Lines_end_in_LF_or_CRLF_and_only_the_first_loses_a_byte_order_mark(string text, string[] lines) =>
        Assert.Equal(lines, await ReadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))));

    [Fact]
    public async Task Lines_are_the_same_however_the_stream_is_cut_into_reads()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            // Lines up to 200,000 bytes: longer than the first buffer, so that it moves and grows.
            var longest = round % 10 == 0 ? 200_000 : 40;
            var lines = Enumerable.Range(0, random.Next(1, 20)).Select(_ => new string('x', random.Next(longest))).ToArray();
            var ends = lines.Select(_ => random.Next(2) == 0 ? "\n" : "\r\n").ToArray();
            var bytes = System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Zip(ends, (line, end) => line + end)));

            Assert.Equal(lines, await ReadAsync(new ChoppyStream(bytes, random)));
        }
    }

    [Fact]
    public async Task The_position_counts_all_bytes_up_to_the_end_of_the_line()
    {
        using var reader = new Utf8LineReader(new MemoryStream("\uFEFFé\r\nb\nc"u8.ToArray()), "test");
        List<long> positions = [];
        while (await reader.ReadAsync(CancellationToken.None)) positions.Add(reader.Position);

        Assert.Equal([7, 9, 10], positions);
        Assert.Equal(3, reader.LineNumber);
    }

    [Fact]
    public async Task A_line_that_would_fill_the_memory_is_refused_by_its_number()
    {
        var stream = new ConcatenatedStream("one\n"u8.ToArray(), new EndlessStream());
        using var reader = new Utf8LineReader(stream, "big.txt");
        Assert.True(await reader.ReadAsync(CancellationToken.None));

        var exception = await Assert.ThrowsAsync<InputException>(async () => await reader.ReadAsync(CancellationToken.None));

        Assert.Equal("big.txt, line 2: longer than 16 MiB", exception.Message);
    }

    [Theory]
    [InlineData("\n", int.MaxValue)]
    [InlineData("\n", 1_000_003)]
    [InlineData("\r\n", int.MaxValue)]
    [InlineData("\r\n", 1_000_003)]
    [InlineData("", int.MaxValue)]
    [InlineData("", 1_000_003)]
    public async Task The_longest_line_is_the_same_however_the_stream_is_cut_into_reads(string end, int bytesPerRead)
    {
        var longest = new string('x', Utf8LineReader.MaxLineBytes);

        var lines = await ReadAsync(new SteadyStream(System.Text.Encoding.UTF8.GetBytes($"one\n{longest}{end}"), bytesPerRead));
        var exception = await Assert.ThrowsAsync<InputException>(
            () => ReadAsync(new SteadyStream(System.Text.Encoding.UTF8.GetBytes($"one\n{longest}x{end}"), bytesPerRead)));

        Assert.Equal([3, Utf8LineReader.MaxLineBytes], lines.Select(line => line.Length));
        Assert.Equal("test, line 2: longer than 16 MiB", exception.Message);
    }

    [Fact]
    public async Task Cancelling_ends_a_read_that_waits_for_input()
    {
        using var cancellation = new CancellationTokenSource();
        using var reader = new Utf8LineReader(new SilentStream(), "test");
        var reading = reader.ReadAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static async Task<List<string>> ReadAsync(Stream stream)
    {
        using var reader = new Utf8LineReader(stream, "test");
        List<string> lines = [];
        while (await reader.ReadAsync(CancellationToken.None)) lines.Add(System.Text.Encoding.UTF8.GetString(reader.Line.Span));
        return lines;
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class ChoppyStream(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span[..Math.Min(buffer.Length, random.Next(1, Length > 1000 ? 50_000 : 8))]));
    }

    /// <summary>Gives as much as is asked for, up to a number of bytes.</summary>
    private sealed class SteadyStream(byte[] bytes, int bytesPerRead) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span[..Math.Min(buffer.Length, bytesPerRead)]));
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'x');
            return new(buffer.Length);
        }
    }

    private sealed class ConcatenatedStream(byte[] first, Stream then) : MemoryStream(first)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Read(buffer.Span) is > 0 and var read ? new(read) : then.ReadAsync(buffer, cancellationToken);
    }

    /// <summary>Like a terminal where nobody types: blocked, and deaf to the token.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return 0;
        }
    }
}
