using Quiver.Diagnostics;
using Quiver.Embedding;

namespace Quiver.Server.Hosting;

/// <summary>Whether requests should be sent here: not while the server stops, nor while a model fails its self-test. Thread-safe.</summary>
internal sealed class Readiness(Drain drain, EmbeddingService embeddings)
{
    /// <summary>"ready", "draining" or "failing".</summary>
    public string Status => drain.Begun ? "draining" : embeddings.Health.IsReady ? "ready" : "failing";

    public bool IsReady => Status == "ready";

    /// <summary>For routes whose dialect has an error of its own for it.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>.</exception>
    public void Require()
    {
        if (!IsReady)
            throw new QuiverException(ErrorKind.Unavailable, "unhealthy");
    }
}
