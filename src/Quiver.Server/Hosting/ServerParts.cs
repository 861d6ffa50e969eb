using Quiver.Accounts;
using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Providers;
using Quiver.Server.Auth;
using Quiver.Server.Commands;
using Quiver.Server.Configuration;
using Quiver.Storage;
using Quiver.Storage.Migrations;

namespace Quiver.Server.Hosting;

/// <summary>What a running server is made of, put together in one place, in the order in which the parts need each other.</summary>
internal sealed class ServerParts : IAsyncDisposable
{
    private static readonly TimeSpan SelfTestInterval = TimeSpan.FromMinutes(5);

    private ServerParts(EmbeddingService embeddings, CacheParts cache, LimitParts limits) => (Embeddings, Cache, Limits) = (embeddings, cache, limits);

    public EmbeddingService Embeddings { get; }

    /// <summary>null where nothing needs one (<see cref="ServeOptions.UsesDatabase"/>).</summary>
    public Database? Database { get; private init; }

    public CacheParts Cache { get; }

    public LimitParts Limits { get; }

    /// <summary>null but with <see cref="AuthMode.Multi"/>.</summary>
    public AccountService? Accounts { get; private init; }

    /// <summary>null where callers cannot bring providers of their own.</summary>
    public ProviderParts? Providers { get; private init; }

    /// <param name="models">Stay the caller's to dispose, after the parts.</param>
    /// <param name="embedding">Over what the options make of it; null for those.</param>
    /// <param name="network">How callers' providers are reached; null is as the system does it.</param>
    /// <exception cref="UsageException">The models and aliases do not go together.</exception>
    /// <exception cref="MigrationException">The database is not one of this program.</exception>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>: the database does not answer.</exception>
    public static async Task<ServerParts> CreateAsync(
        ServeOptions options,
        IReadOnlyList<IEmbedder> models,
        TimeProvider time,
        CancellationToken cancellationToken,
        EmbeddingServiceOptions? embedding = null,
        ProviderNetwork? network = null)
    {
        var directory = Directory(models, options);
        var database = options.UsesDatabase ? await DatabaseStart.OpenAsync(options, time, cancellationToken) : null;
        var accounts = options.Mode == AuthMode.Multi ? await AccountStart.CreateAsync(options, database!, time, warning => Console.Error.WriteLine($"quiver: {warning}"), cancellationToken) : null;
        embedding ??= EmbeddingOptions(options);
        var cache = await CacheParts.CreateAsync(options, embedding.Cache, time, cancellationToken);
        var providers = database is null ? null : await ProviderParts.CreateAsync(options, database, network ?? ProviderNetwork.System, time, cancellationToken);
        return new ServerParts(new EmbeddingService(directory, embedding, cache.Tiers, time), cache, new LimitParts(options, database, time))
        {
            Database = database,
            Accounts = accounts,
            Providers = providers,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await Embeddings.DisposeAsync();
        Providers?.Dispose();
        await Cache.DisposeAsync();
        await Limits.DisposeAsync();
        if (Accounts is not null)
            await Accounts.DisposeAsync();
        if (Database is not null)
            await Database.DisposeAsync();
    }

    private static ModelDirectory Directory(IReadOnlyList<IEmbedder> models, ServeOptions options)
    {
        try
        {
            return new ModelDirectory(models, options.Aliases);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private static EmbeddingServiceOptions EmbeddingOptions(ServeOptions options) => new()
    {
        Cache = new MemoryTierOptions { MaxBytes = options.CacheSize, TenantMaxBytes = options.CacheTenantSize, TimeToLive = options.CacheTimeToLive },
        CacheVersion = options.CacheVersion,
        KeepTexts = options.KeepsTexts,
        SelfTestInterval = SelfTestInterval,
    };
}
