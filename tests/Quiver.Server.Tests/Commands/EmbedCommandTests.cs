using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Commands;

/// <summary>The built program on the default model, against what sentence-transformers gave for the same texts.</summary>
public sealed class EmbedCommandTests : IDisposable
{
    private const int Width = 384;

    private static readonly JsonElement[] Golden = [.. TestData.Cases("embeddings/minilm.jsonl")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Golden_texts_get_the_golden_vectors_token_counts_and_flags()
    {
        var expected = TestData.Cases("embeddings/minilm_f16_weights.jsonl").ToDictionary(line => line.GetProperty("id").ToString(), Vector);

        var run = await QuiverRun.WithInputAsync(JsonLines(Golden), "embed", "--precision", "f32", "--input-format", "jsonl");

        Assert.Equal((0, Golden.Length), (run.ExitCode, run.OutputLines.Length));
        foreach (var (line, golden) in run.OutputLines.Zip(Golden))
        {
            using var row = JsonDocument.Parse(line);
            Assert.Equal(golden.GetProperty("tokens").GetInt32(), row.RootElement.GetProperty("tokens").GetInt32());
            Assert.Equal(
                golden.GetProperty("tokens_untruncated").GetInt32() > golden.GetProperty("tokens").GetInt32(),
                row.RootElement.GetProperty("truncated").GetBoolean());
            AssertClose(expected[golden.GetProperty("id").ToString()], Vector(row.RootElement, "embedding"), 2e-6f);
        }

        var cut = Golden.Count(line => line.GetProperty("tokens_untruncated").GetInt32() > line.GetProperty("tokens").GetInt32());
        Assert.StartsWith($"quiver: {cut} of {Golden.Length} texts were cut to 256 tokens, the first on line ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_formats_hold_the_same_bits()
    {
        var input = _folder.Write("texts.jsonl", JsonLines(Golden[..100]));

        var jsonl = await QuiverRun.Async("embed", "--input", input, "--input-format", "jsonl");
        var csv = await QuiverRun.Async("embed", "--input", input, "--input-format", "jsonl", "--format", "csv");
        var npy = await QuiverRun.Async("embed", "--input", input, "--input-format", "jsonl", "--format", "npy", "--output", _folder.File("out.npy"));
        var npyOnStdout = await QuiverRun.Async("embed", "--input", input, "--input-format", "jsonl", "--format", "npy");

        Assert.All((QuiverRun[])[jsonl, csv, npy, npyOnStdout], run => Assert.Equal(0, run.ExitCode));
        float[] fromJsonl = [.. jsonl.OutputLines.SelectMany(line => Vector(JsonDocument.Parse(line).RootElement, "embedding"))];
        float[] fromCsv = [.. csv.OutputLines.Skip(1).SelectMany(line => line.Split(',').Skip(3)).Select(field => float.Parse(field, CultureInfo.InvariantCulture))];
        var file = await File.ReadAllBytesAsync(_folder.File("out.npy"), Stop);
        Assert.Equal(100 * Width, fromJsonl.Length);
        AssertSameBits(fromJsonl, fromCsv);
        AssertSameBits(fromJsonl, MemoryMarshal.Cast<byte, float>(file.AsSpan(128)));
        Assert.Equal(file, npyOnStdout.OutputBytes);
    }

    [Fact]
    public async Task Lines_from_a_pipe_give_what_the_same_lines_give_from_a_file()
    {
        var lines = string.Join("\r\n", Golden.Select(Text).Where(text => !text.AsSpan().ContainsAny('\r', '\n')).Take(80));

        var fromPipe = await QuiverRun.WithInputAsync(lines, "embed");
        var fromFile = await QuiverRun.Async("embed", "--input", _folder.Write("texts.txt", lines), "--output", _folder.File("out.jsonl"));

        Assert.Equal((0, 0, 80), (fromPipe.ExitCode, fromFile.ExitCode, fromPipe.OutputLines.Length));
        Assert.Equal(fromPipe.OutputBytes, await File.ReadAllBytesAsync(_folder.File("out.jsonl"), Stop));
        Assert.Empty(fromFile.OutputBytes);
    }

    [Theory]
    [InlineData("jsonl", 0)]
    [InlineData("csv", 1)]
    public async Task No_texts_give_no_rows(string format, int lines)
    {
        var run = await QuiverRun.WithInputAsync("", "embed", "--format", format);

        Assert.Equal((0, lines), (run.ExitCode, run.OutputLines.Length));
    }

    [Theory]
    [InlineData("out.npy", null, "\u0093NUMPY")]
    [InlineData("out.CSV", null, "index,tokens,truncated,0,")]
    [InlineData("out.jsonl", null, "{\"index\":0,")]
    [InlineData("out", null, "{\"index\":0,")]
    [InlineData("out.npy", "csv", "index,tokens,truncated,0,")]
    [InlineData("out.csv", "jsonl", "{\"index\":0,")]
    public async Task The_ending_of_the_output_decides_the_format_unless_it_is_given(string name, string? format, string start)
    {
        string[] given = format is null ? [] : ["--format", format];

        var run = await QuiverRun.WithInputAsync("hello\n", ["embed", "--output", _folder.File(name), .. given]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith(start, await File.ReadAllTextAsync(_folder.File(name), System.Text.Encoding.Latin1, Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_line_is_named_and_leaves_the_earlier_output_file_alone()
    {
        var output = _folder.Write("out.jsonl", "what was there");
        var input = _folder.Write("texts.jsonl", "{\"text\":\"a\"}\n{\"text\":\"secret\"\n{\"text\":\"c\"}\n");

        var run = await QuiverRun.Async("embed", "--input", input, "--input-format", "jsonl", "--output", output);

        Assert.Equal((2, $"quiver: {input}, line 2: not valid JSON at byte 17\n"), (run.ExitCode, run.Error));
        Assert.Equal("what was there", await File.ReadAllTextAsync(output, Stop));
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Theory]
    [InlineData("jsonl", 0)]
    [InlineData("csv", 1)]
    public async Task Rows_before_a_bad_line_are_all_on_standard_output_and_whole(string format, int headerLines)
    {
        const int rows = 700; // More than the output's buffer of 1 MiB holds.
        var input = string.Concat(Enumerable.Range(0, rows).Select(i => $"{{\"text\":\"arrow {i}\"}}\n")) + "bad\n";

        var run = await QuiverRun.WithInputAsync(input, "embed", "--input-format", "jsonl", "--format", format);

        Assert.Equal((2, $"quiver: standard input, line {rows + 1}: not valid JSON at byte 1\n"), (run.ExitCode, run.Error));
        Assert.InRange(run.OutputBytes.Length, 2 << 20, int.MaxValue);
        Assert.EndsWith("\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(rows + headerLines, run.OutputLines.Length);
    }

    [Fact]
    public async Task Each_text_of_a_slow_writer_is_answered_at_once()
    {
        using var process = QuiverRun.Start("embed");
        try
        {
            for (var i = 0; i < 3; i++)
            {
                await process.StandardInput.WriteLineAsync("a quiver holds arrows");
                await process.StandardInput.FlushAsync(Stop);
                var row = await process.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Stop);
                Assert.StartsWith($"{{\"index\":{i},", row, StringComparison.Ordinal);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromMinutes(1), Stop);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    [Fact]
    public async Task Without_truncation_a_text_over_the_limit_is_refused_by_its_line()
    {
        var run = await QuiverRun.WithInputAsync("short\n" + string.Concat(Enumerable.Repeat("arrow ", 300)) + "\n", "embed", "--no-truncate");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("quiver: standard input, line 2: 302 tokens; all-MiniLM-L6-v2 takes 256. Without --no-truncate it is cut.\n", run.Error);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_an_error_that_lists_those_that_are()
    {
        var run = await QuiverRun.Async("embed", "--model", "all-MiniLM-L7");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("all-MiniLM-L6-v2", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_a_bar_shows_the_texts_and_their_rate()
    {
        // script(1) from util-linux gives the program a terminal.
        Assert.SkipUnless(File.Exists("/usr/bin/script") || Environment.GetEnvironmentVariable("CI") == "true", "script(1) is not installed.");
        var input = _folder.Write("texts.txt", string.Join('\n', Enumerable.Range(0, 300).Select(i => $"arrow {i}")));
        var program = Path.Combine(AppContext.BaseDirectory, "Quiver.Server.dll");
        var command = $"dotnet '{program}' embed --input '{input}' --output '{_folder.File("out.jsonl")}'";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TERM"] = "xterm-256color";

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var screen = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("100%", screen, StringComparison.Ordinal);
        Assert.Contains("300 texts, ", screen, StringComparison.Ordinal);
        Assert.Equal(300, File.ReadLines(_folder.File("out.jsonl")).Count());
    }

    [Fact]
    public async Task When_the_reader_goes_away_the_program_ends_instead_of_computing_on()
    {
        using var process = QuiverRun.Start("embed");
        var feeding = FeedForeverAsync(process);
        await process.StandardOutput.ReadLineAsync(Stop);
        process.StandardOutput.Close();

        await process.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromMinutes(1), Stop);
        await feeding;

        Assert.Equal(141, process.ExitCode);
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task Ctrl_C_ends_the_run_and_leaves_no_file(string signal)
    {
        using var process = QuiverRun.Start("embed", "--output", _folder.File("out.jsonl"));
        var feeding = FeedForeverAsync(process);
        try
        {
            using (var watcher = new PeriodicTimer(TimeSpan.FromMilliseconds(20)))
            {
                while (Directory.GetFiles(_folder.Path).Length == 0)
                {
                    Assert.False(process.HasExited);
                    await watcher.WaitForNextTickAsync(Stop);
                }
            }

            Assert.SkipWhen(
                signal == "-INT" && IgnoresInterrupts(process.Id),
                "These tests were started with SIGINT ignored, as a shell does for a command in the background (`./test &`). " +
                "Child processes inherit that, and quiver rightly leaves it so: there is no Ctrl+C to test here.");
            using (var kill = Process.Start("kill", [signal, $"{process.Id}"])) await kill.WaitForExitAsync(Stop);
            await process.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromMinutes(1), Stop);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
            await feeding;
        }

        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    /// <summary>By the mask of ignored signals in proc_pid_status(5); false where there is no /proc.</summary>
    private static bool IgnoresInterrupts(int processId)
    {
        const int sigint = 2;
        var status = $"/proc/{processId}/status";
        if (!File.Exists(status)) return false;
        var mask = File.ReadLines(status).First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim();
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (sigint - 1) & 1) == 1;
    }

    [Fact]
    public async Task Memory_does_not_grow_with_the_input()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("QUIVER_LONG") == "1", "Long run: ./test --long");

        // The same program on 1 % of the texts is the measure: what 200,000 add may only be noise.
        var small = await EmbedNumbersAsync(2_000);
        var large = await EmbedNumbersAsync(200_000);

        Assert.Equal((0, 0), (small.ExitCode, large.ExitCode));
        Assert.Equal(200_000, File.ReadLines(_folder.File("200000.jsonl")).Count());
        Assert.InRange(large.PeakMemoryBytes, 1, small.PeakMemoryBytes + (64 << 20));
    }

    private Task<QuiverRun> EmbedNumbersAsync(int count) =>
        QuiverRun.RunAsync(QuiverRun.Start("embed", "--output", _folder.File($"{count}.jsonl")), async stdin =>
        {
            await using var writer = new StreamWriter(stdin, leaveOpen: true);
            for (var i = 0; i < count; i++) await writer.WriteLineAsync($"arrow {i}");
        });

    /// <summary>Writes lines until nobody reads them.</summary>
    private static async Task FeedForeverAsync(Process process)
    {
        try
        {
            while (true) await process.StandardInput.WriteLineAsync("a quiver holds arrows");
        }
        catch (IOException)
        {
            // The program has ended.
        }
    }

    private static string JsonLines(IEnumerable<JsonElement> golden) =>
        string.Concat(golden.Select(line => JsonSerializer.Serialize(new { text = Text(line) }) + "\n"));

    private static string Text(JsonElement golden) => golden.GetProperty("text").GetString()!;

    private static float[] Vector(JsonElement line) => Vector(line, "vector");

    private static float[] Vector(JsonElement line, string member) => [.. line.GetProperty(member).EnumerateArray().Select(element => element.GetSingle())];

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
    }

    private static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        Assert.Equal(MemoryMarshal.Cast<float, int>(expected).ToArray(), MemoryMarshal.Cast<float, int>(actual).ToArray());
}
