namespace Quiver.Tests.Support;

/// <summary>A Redis of a test's own, empty, started by tests/servers in a few hundredths of a second.</summary>
internal sealed class TestRedis : IAsyncDisposable
{
    private TestRedis(ServerScript script) => Server = script;

    /// <summary>To kill, pause and start it again; killed, it has forgotten everything.</summary>
    public ServerScript Server { get; }

    /// <summary>"127.0.0.1:6379", as StackExchange.Redis takes it.</summary>
    public string Address => $"127.0.0.1:{Server.Port}";

    public string Url => $"redis://{Address}";

    public static async Task<TestRedis> StartAsync() => new(await ServerScript.StartAsync("redis"));

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
