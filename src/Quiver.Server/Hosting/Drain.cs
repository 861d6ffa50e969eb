namespace Quiver.Server.Hosting;

/// <summary>Whether the server is on its way out. From then on it is not ready, and each answer asks for its connection to be closed.</summary>
internal sealed class Drain
{
    private volatile bool _begun;

    public bool Begun => _begun;

    public void Begin() => _begun = true;
}
