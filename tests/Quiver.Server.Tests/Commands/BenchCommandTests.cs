using System.Globalization;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public class BenchCommandTests
{
    [Fact]
    public async Task Every_precision_and_length_gets_a_row_whose_columns_agree()
    {
        var run = await QuiverRun.Async("bench", "--seconds", "0.02");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var rows = run.OutputLines.Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(
            (string[])["int16 5", "int16 20", "int16 50", "int16 120", "int16 250", "f32 5", "f32 20", "f32 50", "f32 120", "f32 250"],
            rows.Select(row => $"{row[0]} {row[1]}"));
        foreach (var row in rows)
        {
            var (tokens, texts, tokensPerSecond) = (Number(row[1]), Number(row[3]), Number(row[4]));
            Assert.True(texts > 0);
            Assert.InRange(tokensPerSecond, (texts - 0.5) * tokens - 1, (texts + 0.5) * tokens + 1);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("61")]
    [InlineData("x")]
    public async Task A_duration_that_makes_no_sense_is_a_usage_error(string seconds) =>
        Assert.Equal(1, (await QuiverRun.Async("bench", "--seconds", seconds)).ExitCode);

    private static double Number(string cell) => double.Parse(cell, NumberStyles.Number, CultureInfo.InvariantCulture);
}
