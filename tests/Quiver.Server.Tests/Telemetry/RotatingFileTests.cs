using Quiver.Server.Telemetry;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Telemetry;

public sealed class RotatingFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Log => Path.Combine(_folder.Path, "quiver.log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_full_file_is_renamed_and_the_oldest_is_deleted()
    {
        using (var file = new RotatingFile(Log, maxBytes: 20, files: 3))
        {
            for (var i = 0; i < 10; i++)
                Write(file, $"line {i}\n");
        }

        Assert.Equal(["quiver.log", "quiver.log.1", "quiver.log.2"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("line 8\nline 9\n", File.ReadAllText(Log));
        Assert.Equal("line 6\nline 7\n", File.ReadAllText(Log + ".1"));
        Assert.Equal("line 4\nline 5\n", File.ReadAllText(Log + ".2"));
    }

    [Fact]
    public void Lines_that_come_together_are_cut_between_lines()
    {
        using (var file = new RotatingFile(Log, maxBytes: 20, files: 9))
            Write(file, string.Concat(Enumerable.Range(0, 10).Select(i => $"line {i}\n")));

        Assert.Equal(5, Directory.EnumerateFiles(_folder.Path).Count());
        Assert.All(Directory.EnumerateFiles(_folder.Path), path => Assert.Equal(14, new FileInfo(path).Length));
        Assert.Equal("line 0\nline 1\n", File.ReadAllText(Log + ".4"));
    }

    [Fact]
    public void A_line_that_is_longer_than_a_file_gets_one_for_itself()
    {
        using (var file = new RotatingFile(Log, maxBytes: 20, files: 3))
            Write(file, "a\n" + new string('b', 50) + "\nc\n");
        Assert.Equal(["c\n", new string('b', 50) + "\n", "a\n"], new[] { "", ".1", ".2" }.Select(number => File.ReadAllText(Log + number)));
    }

    [Fact]
    public void One_file_is_begun_anew()
    {
        using (var file = new RotatingFile(Log, maxBytes: 10, files: 1))
        {
            Write(file, "line 1\n");
            Write(file, "line 2\n");
        }

        Assert.Equal("line 2\n", File.ReadAllText(Log));
        Assert.Single(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void A_file_that_is_there_is_continued()
    {
        for (var i = 0; i < 3; i++)
        {
            using var file = new RotatingFile(Log, maxBytes: 15, files: 2);
            Write(file, $"line {i}\n");
        }

        Assert.Equal("line 2\n", File.ReadAllText(Log));
        Assert.Equal("line 0\nline 1\n", File.ReadAllText(Log + ".1"));
    }

    [Fact]
    public void Where_no_file_can_be_renamed_the_full_one_is_continued()
    {
        var inTheWay = Directory.CreateDirectory(Path.Combine(Log + ".1", "full")).Parent!;
        using var file = new RotatingFile(Log, maxBytes: 10, files: 2);
        for (var i = 0; i < 3; i++)
            Write(file, $"line {i}\n");
        Assert.Equal("line 0\nline 1\nline 2\n", File.ReadAllText(Log));

        inTheWay.Delete(recursive: true);
        Write(file, "line 3\n");
        Assert.Equal("line 3\n", File.ReadAllText(Log));
        Assert.Equal("line 0\nline 1\nline 2\n", File.ReadAllText(Log + ".1"));
    }

    [Fact]
    public void A_file_that_could_not_be_opened_again_is_tried_again_with_the_next_line()
    {
        var logs = Directory.CreateDirectory(Path.Combine(_folder.Path, "logs"));
        var path = Path.Combine(logs.FullName, "quiver.log");
        using var file = new RotatingFile(path, maxBytes: 10, files: 1);
        Write(file, "line 0\n");
        logs.Delete(recursive: true);
        Assert.Throws<DirectoryNotFoundException>(() => Write(file, "line 1\n"));

        logs.Create();
        Write(file, "line 2\n");
        Assert.Equal("line 2\n", File.ReadAllText(path));
    }

    private static void Write(RotatingFile file, string lines) => file.Write(System.Text.Encoding.UTF8.GetBytes(lines));
}
