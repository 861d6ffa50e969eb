using System.Data.Common;
using Quiver.Diagnostics;
using Quiver.Server.Configuration;
using Quiver.Storage;
using Quiver.Storage.Migrations;

namespace Quiver.Server.Hosting;

/// <summary>Opens the databases of a server, with tables that are as this program needs them.</summary>
internal static class DatabaseStart
{
    /// <exception cref="MigrationException">The tables are not as they should be, and cannot or may not be made so.</exception>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>; the message is for the operator.</exception>
    public static Task<Database> OpenAsync(ServeOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(DatabaseFiles.Truth(options), Durability.Full, MigrationSet.Truth, options, time, cancellationToken);

    /// <summary>The database of the cache: a file of its own, or other tables of the same schema, written with less care.</summary>
    /// <inheritdoc cref="OpenAsync(ServeOptions, TimeProvider, CancellationToken)"/>
    public static Task<Database> OpenCacheAsync(ServeOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(DatabaseFiles.Cache(options), Durability.Relaxed, MigrationSet.Cache, options, time, cancellationToken);

    private static async Task<Database> OpenAsync(
        DatabaseAddress address, Durability durability, MigrationSet set, ServeOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        DatabaseFiles.MakeDataFolder(options, address);
        var database = Database.At(address, durability);
        try
        {
            await MigrateAsync(new Migrator(database, set, time), options.MigratesDatabase, cancellationToken);
            return database;
        }
        catch (Exception exception)
        {
            await database.DisposeAsync();
            if (ForOperator(exception, address) is { } told)
                throw told;
            throw;
        }
    }

    /// <summary>The same with the place and the cause, which callers over HTTP do not learn; null for what says enough.</summary>
    public static Exception? ForOperator(Exception exception, DatabaseAddress address) => exception switch
    {
        QuiverException { InnerException: { } cause } error => new QuiverException(error.Kind, $"Cannot use {address}: {cause.Message}", cause),
        DbException cause => new MigrationException($"Cannot prepare {address}: {cause.Message}"),
        _ => null,
    };

    private static async Task MigrateAsync(Migrator migrator, bool mayMigrate, CancellationToken cancellationToken)
    {
        if (mayMigrate)
        {
            foreach (var applied in await migrator.UpAsync(to: null, cancellationToken))
                await Console.Error.WriteLineAsync($"quiver: database: {migrator.Set.Name} {applied} applied");
        }
        else if ((await migrator.StatusAsync(cancellationToken)).FirstOrDefault(state => state.AppliedAt is null) is { } missing)
        {
            throw new MigrationException($"The database has no {migrator.Set.Name} {missing.Migration}, and database.migrate is off: run `quiver migrate up` first.");
        }
    }
}
