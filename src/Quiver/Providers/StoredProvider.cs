using Quiver.Secrets;

namespace Quiver.Providers;

/// <summary>A tenant's provider as it is kept. Its key is sealed.</summary>
/// <param name="Id">"prov_" and 24 hexadecimal digits.</param>
/// <param name="Version">Another one after each change.</param>
/// <param name="Width">Elements of its vectors; null until it has answered once.</param>
/// <param name="SealedKey">Opens with the place in <see cref="Place"/>.</param>
internal sealed record StoredProvider(
    string Id, string Tenant, ProviderDefinition Definition, long Version, int? Width, string SealedKey, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Another one after each change, also where a provider was deleted and saved anew.</summary>
    public (string Id, long Version) Source => (Id, Version);

    public SecretPlace Place => new(Tenant, Id);
}
