using Quiver.Embedding;

namespace Quiver.Providers;

/// <summary>A tenant's provider, ready to be asked.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TenantProvider(StoredProvider stored, int width, ProviderKey key, ProviderClient client, CallGate gate) : IRemoteEmbedder
{
    /// <summary>Tells whether the row is still the one that this was made of.</summary>
    public (string Id, long Version) Source => stored.Source;

    public string Name => stored.Definition.Name;

    public int Width => width;

    public ReadOnlyMemory<byte> Identity { get; } = stored.Definition.Identity(width);

    public int MaxTexts => stored.Definition.MaxTexts;

    public Task<float[][]> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        gate.RunAsync(token => client.EmbedAsync(stored.Definition, key, texts, width, token), cancellationToken);
}
