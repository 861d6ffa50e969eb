namespace Quiver.Storage;

/// <summary>What a finished transaction survives.</summary>
internal enum Durability
{
    /// <summary>A power cut: it is on the disk before anyone is told that it is done.</summary>
    Full,

    /// <summary>The end of the process, not of the machine: for what can be computed again. Nothing is ever half there.</summary>
    Relaxed,
}
