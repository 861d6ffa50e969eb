using System.Diagnostics;
using System.Security.Cryptography;

namespace Quiver.Tests.Support;

/// <summary>A PostgreSQL 17 with pgvector, started by tests/servers.</summary>
internal sealed class TestPostgreSql : IAsyncDisposable
{
    private static readonly Lazy<Task<TestPostgreSql>> OfThisRun = new(() => StartAsync());

    private readonly string _password;

    private TestPostgreSql(ServerScript script, string password) => (Server, _password) = (script, password);

    public ServerScript Server { get; }

    /// <summary>The one that the tests of a run share, each with a schema of its own. It ends with the process.</summary>
    public static Task<TestPostgreSql> SharedAsync() => OfThisRun.Value;

    /// <summary>One of its own, for tests that stop it.</summary>
    /// <param name="durable">Whether it waits for the disk.</param>
    /// <param name="disk">Whether it has a disk of its own, whose power can be cut.</param>
    public static async Task<TestPostgreSql> StartAsync(bool durable = false, bool disk = false)
    {
        var password = RandomNumberGenerator.GetHexString(24);
        var script = await ServerScript.StartAsync(
            "postgresql", ("QUIVER_TEST_PASSWORD", password), ("QUIVER_TEST_DURABLE", durable ? "1" : "0"), ("QUIVER_TEST_DISK", disk ? "1" : "0"));
        return new TestPostgreSql(script, password);
    }

    public string Url(string schema) => $"postgresql://quiver:{_password}@127.0.0.1:{Server.Port}/postgres?schema={schema}";

    /// <summary>Runs pg_dump or pg_restore of its own version, fed and read over pipes.</summary>
    public async Task<byte[]> RunClientAsync(string program, byte[] input, params string[] arguments)
    {
        string[] all = ["client", program, $"--dbname=postgresql://quiver:{_password}@127.0.0.1:{Server.Port}/postgres", .. arguments];
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(TestData.RepositoryRoot, "tests", "servers"), all) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        await process.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
