using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Replay;

/// <summary>A server in one set-up, while its exchanges are replayed.</summary>
internal class ReplaySession(TestServer server) : IAsyncDisposable
{
    public TestServer Server => server;

    /// <summary>The bytes to send. Secrets and ids were recorded by their shape: whoever has some puts them in.</summary>
    public virtual byte[] Request(Exchange exchange) => RecordedRequest.Bytes(exchange.Request, server.Address);

    /// <summary>Called with each answer, for what later requests need of it.</summary>
    public virtual void Learn(Exchange exchange, WireAnswer answer)
    {
    }

    public virtual async ValueTask DisposeAsync() => await server.DisposeAsync();
}
