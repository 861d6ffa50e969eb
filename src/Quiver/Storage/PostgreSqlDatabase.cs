using System.Data;
using System.Data.Common;
using Npgsql;

namespace Quiver.Storage;

/// <summary>A schema of a PostgreSQL database, through a pool of connections.</summary>
/// <remarks>
/// A server that stops breaks its connections, which is noticed when they are next used; the whole pool is then dropped, and work that had not
/// written anything starts again on a fresh connection. A server that hangs is noticed by <see cref="PostgreSqlWatch"/>.
/// </remarks>
internal sealed class PostgreSqlDatabase : Database
{
    private const int Attempts = 12;
    private const int MigrationSeconds = 600;

    private readonly NpgsqlDataSource _source;
    private readonly PostgreSqlWatch _watch;
    private readonly string _schema;

    public PostgreSqlDatabase(PostgreSqlAddress address, Durability durability)
    {
        _schema = address.Schema;
        var parts = new NpgsqlConnectionStringBuilder(address.ConnectionString) { Enlist = false };
        // Three replicas stay below PostgreSQL's own 100.
        Default(parts, "Maximum Pool Size", 20);
        Default(parts, "Timeout", 1);
        Default(parts, "Command Timeout", 10);
        Default(parts, "Application Name", "Quiver");
        if (durability == Durability.Relaxed)
            parts.Options = $"{parts.Options} -c synchronous_commit=off".TrimStart();
        _source = NpgsqlDataSource.Create(parts);
        _watch = new PostgreSqlWatch(parts);
    }

    public override SqlEngine Engine => SqlEngine.PostgreSql;

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _watch.RunAsync(_ => _source.OpenConnectionAsync(cancellationToken).AsTask());
        }
        catch (NpgsqlException exception)
        {
            throw Away(exception);
        }
    }

    public override Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken) => AgainAsync(
        async (_, _) =>
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            return await work(connection);
        },
        cancellationToken);

    public override Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, IsolationLevel isolation, CancellationToken cancellationToken) => AgainAsync(
        async (attempt, givenUp) =>
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(isolation, cancellationToken);
            var result = await work(transaction);
            // Whoever asked may have been told meanwhile that the database is away.
            givenUp.ThrowIfCancellationRequested();
            attempt.Commits = true;
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        },
        cancellationToken);

    /// <remarks>The lock is the transaction's, so it also holds where a proxy hands out connections per transaction.</remarks>
    public override async Task<T> MigrateAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            // Read committed: the next statement after the wait for the lock sees what its last holder did.
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandTimeout) = (transaction, MigrationSeconds);
            command.CommandText = $"SELECT pg_advisory_xact_lock(hashtextextended('quiver migrations of {_schema}', 0))";
            await command.ExecuteNonQueryAsync(cancellationToken);
            // Asked first: a role without the right to make schemas may use one that was made for it.
            command.CommandText = $"SELECT count(*) FROM pg_namespace WHERE nspname = '{_schema}'";
            if (await command.ExecuteScalarAsync(cancellationToken) is 0L)
            {
                command.CommandText = $"CREATE SCHEMA \"{_schema}\"";
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            var result = await work(transaction);
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }
        catch (NpgsqlException exception) when (IsAway(exception))
        {
            throw Away(exception);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _watch.DisposeAsync();
    }

    /// <summary>Runs a transaction until it met no other, and once more when it met a connection that had broken since it was last used.</summary>
    private async Task<T> AgainAsync<T>(Func<Attempt, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var hadBroken = false;
        for (var number = 1; ; number++)
        {
            var attempt = new Attempt();
            try
            {
                return await _watch.RunAsync(givenUp => work(attempt, givenUp));
            }
            catch (PostgresException exception) when (MetAnother(exception) && number < Attempts)
            {
                // Not all of them again at the same instant.
                await Task.Delay(Random.Shared.Next(Math.Min(1 << number, 100)), cancellationToken);
            }
            catch (NpgsqlException exception) when (IsBroken(exception) && !hadBroken && !attempt.Commits)
            {
                // Those beside it in the pool have broken too.
                _source.Clear();
                hadBroken = true;
            }
            catch (NpgsqlException exception) when (IsAway(exception))
            {
                throw Away(exception);
            }
        }
    }

    /// <summary>Whether the database cannot be used now, rather than the statement being wrong.</summary>
    private static bool IsAway(NpgsqlException exception) => exception switch
    {
        // Connections that break (08), passwords and databases that are not there (28, 3D), resources that are used up (53), operators who intervene (57), files that
        // fail (58), a standby that took over and is not to be written (25006), and transactions that met others again and again.
        PostgresException { SqlState: var state } sql => state[..2] is "08" or "28" or "3D" or "53" or "57" or "58" || state is PostgresErrorCodes.ReadOnlySqlTransaction || MetAnother(sql),
        _ => true,
    };

    private static bool IsBroken(NpgsqlException exception) => exception is PostgresException { SqlState: var state }
        ? state is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
        : exception.InnerException is IOException or System.Net.Sockets.SocketException;

    private static bool MetAnother(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    private static void Default(NpgsqlConnectionStringBuilder parts, string key, object value)
    {
        if (!parts.ShouldSerialize(key))
            parts[key] = value;
    }

    private sealed class Attempt
    {
        /// <summary>From then on it is not known whether the transaction came to be, and it must not be repeated.</summary>
        public bool Commits { get; set; }
    }
}
