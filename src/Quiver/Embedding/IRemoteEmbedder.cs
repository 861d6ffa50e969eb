namespace Quiver.Embedding;

/// <summary>What turns texts into vectors elsewhere, such as a tenant's own provider. It is asked asynchronously and never takes a runner.</summary>
/// <remarks>Implementations are thread-safe.</remarks>
internal interface IRemoteEmbedder
{
    /// <summary>What its owner calls it.</summary>
    string Name { get; }

    /// <summary>Elements of a vector.</summary>
    int Width { get; }

    /// <summary>32 bytes that differ wherever the vectors of a text may: the cache keeps them apart by it.</summary>
    ReadOnlyMemory<byte> Identity { get; }

    /// <summary>The most texts of one call.</summary>
    int MaxTexts { get; }

    /// <summary>Vector i ([<see cref="Width"/>], all finite) for text i.</summary>
    /// <param name="texts">1 to <see cref="MaxTexts"/>.</param>
    /// <exception cref="Quiver.Diagnostics.QuiverException">There are none; nothing of what was answered is in the message.</exception>
    Task<float[][]> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}
