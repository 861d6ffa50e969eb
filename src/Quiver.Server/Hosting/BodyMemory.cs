using Quiver.Diagnostics;

namespace Quiver.Server.Hosting;

/// <summary>Bounds the memory of all request bodies that are held at one time: many large ones must not end the process.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class BodyMemory(long capacity)
{
    private long _held;

    /// <exception cref="QuiverException"><see cref="ErrorKind.Overloaded"/>: the others hold too much already.</exception>
    public void Take(int bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= capacity)
            return;
        Give(bytes);
        QuiverMeter.Refusals.Add(1, new KeyValuePair<string, object?>("reason", "body_memory"));
        throw new QuiverException(ErrorKind.Overloaded, "Too many large requests are under way. Please try again later.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    public void Give(int bytes) => Interlocked.Add(ref _held, -bytes);
}
