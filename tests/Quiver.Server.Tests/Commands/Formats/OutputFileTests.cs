using System.Diagnostics;
using Quiver.Server.Commands.Formats;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Commands.Formats;

public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_appears_when_it_is_complete_and_replaces_the_old_one()
    {
        var path = _folder.Write("out", "old");
        using (var output = OutputFile.Create(path, seekable: false))
        {
            output.Stream.Write("new"u8);
            output.Stream.Flush();
            Assert.Equal("old", File.ReadAllText(path));
            output.Commit();
        }

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_file_that_was_not_there_is_created()
    {
        using (var output = OutputFile.Create(_folder.File("out"), seekable: true))
        {
            output.Stream.Write("new"u8);
            output.Commit();
        }

        Assert.Equal("new", File.ReadAllText(_folder.File("out")));
    }

    [Fact]
    public void A_run_that_fails_leaves_the_old_file_and_nothing_else()
    {
        var path = _folder.Write("out", "old");
        using (var output = OutputFile.Create(path, seekable: false)) output.Stream.Write("half"u8);

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void What_a_link_points_to_is_replaced_and_the_link_stays()
    {
        var target = _folder.Write("target", "old");
        File.CreateSymbolicLink(_folder.File("link"), target);
        using (var output = OutputFile.Create(_folder.File("link"), seekable: false))
        {
            output.Stream.Write("new"u8);
            output.Commit();
        }

        Assert.Equal("new", File.ReadAllText(target));
        Assert.Equal(target, new FileInfo(_folder.File("link")).LinkTarget);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_device_is_written_to_and_stays_a_device(bool seekable)
    {
        using (var output = OutputFile.Create("/dev/null", seekable))
        {
            output.Stream.Write("gone"u8);
            output.Commit();
        }

        Assert.Equal(0, new FileInfo("/dev/null").Length);
        Assert.False(File.Exists("/dev/null.tmp"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_named_pipe_is_written_to_and_stays_a_pipe(bool seekable)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes in folders.");
        var path = _folder.File("pipe");
        using (var mkfifo = Process.Start("mkfifo", [path])) await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);

        // Opening one end waits for the other. A second round finds the pipe still there.
        for (var round = 0; round < 2; round++)
        {
            var reading = Task.Run(() => File.ReadAllText(path), TestContext.Current.CancellationToken);
            using (var output = OutputFile.Create(path, seekable))
            {
                output.Stream.Write("new"u8);
                output.Commit();
            }

            Assert.Equal("new", await reading.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }

        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_file_in_shared_memory_is_a_file_though_it_is_below_dev()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "This system has no /dev/shm.");
        var path = $"/dev/shm/quiver-test-{Guid.NewGuid():N}";
        try
        {
            using (var output = OutputFile.Create(path, seekable: false))
            {
                output.Stream.Write("new"u8);
                Assert.False(File.Exists(path));
                output.Commit();
            }

            Assert.Equal("new", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_folder_is_refused() =>
        Assert.Throws<IOException>(() => OutputFile.Create(_folder.Path, seekable: false));

    [Fact]
    public void A_missing_folder_is_an_error_before_anything_is_computed() =>
        Assert.Throws<DirectoryNotFoundException>(() => OutputFile.Create(_folder.File("missing/out"), seekable: false));
}
