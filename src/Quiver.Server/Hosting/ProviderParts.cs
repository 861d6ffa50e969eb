using Quiver.Diagnostics;
using Quiver.Providers;
using Quiver.Secrets;
using Quiver.Server.Configuration;
using Quiver.Storage;

namespace Quiver.Server.Hosting;

/// <summary>What callers' own providers need, where there is a database and a key to encrypt with.</summary>
internal sealed class ProviderParts : IDisposable
{
    private readonly ProviderClient _client;

    private ProviderParts(EndpointRule rule, ProviderClient client, ProviderStore store, TimeProvider time)
    {
        (Rule, _client) = (rule, client);
        Tenants = new TenantProviders(store, client, time);
    }

    /// <summary>Where providers may be.</summary>
    public EndpointRule Rule { get; }

    public TenantProviders Tenants { get; }

    /// <param name="network">How providers are reached: <see cref="ProviderNetwork.System"/>, unless a test stands in for the world.</param>
    /// <returns>null if there is no key to encrypt with.</returns>
    /// <exception cref="IOException">The file of the key cannot be made or read.</exception>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>: the database is away.</exception>
    public static async Task<ProviderParts?> CreateAsync(
        ServeOptions options, Database database, ProviderNetwork network, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await RingAsync(options, database, cancellationToken) is not { } keys)
            return null;
        var rule = new EndpointRule(options.ProviderHosts.Select(text => AllowedHost.TryParse(text, out var host) ? host : throw new FormatException("A host was not checked.")));
        return new ProviderParts(rule, new ProviderClient(network, rule, time), new ProviderStore(database, new SecretBox(keys, time), time), time);
    }

    /// <summary>The ring of keys: the configured ones, or the one of this installation's own.</summary>
    /// <returns>null if there is none, and no place for one.</returns>
    public static async Task<KeyRing?> RingAsync(ServeOptions options, Database database, CancellationToken cancellationToken)
    {
        // Replicas that share a server of PostgreSQL share no folder: each would make a key of its own.
        var first = options.EncryptionKey ?? (database.Engine == SqlEngine.Sqlite ? EncryptionKeyFile.ReadOrMake(options.DataFolder) : null);
        if (first is null)
            return null;
        if (EncryptionKeys.IsDerived(first))
        {
            await Console.Error.WriteLineAsync(
                "quiver: the encryption key is no Fernet key, so one is derived from it, with a salt of this installation's own. "
                + "`quiver secrets new` makes a good one; put it in place of this one, this one under previous keys, and run `quiver secrets rotate`.");
        }

        return await EncryptionKeys.RingAsync([first, .. options.PreviousEncryptionKeys], database, cancellationToken);
    }

    public void Dispose() => _client.Dispose();
}
