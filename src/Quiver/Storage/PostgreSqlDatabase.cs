using System.Data;
using System.Data.Common;
using Npgsql;

namespace Quiver.Storage;

/// <summary>A schema of a PostgreSQL database, through a pool of connections.</summary>
internal sealed class PostgreSqlDatabase : Database
{
    private const int Attempts = 12;
    private const int MigrationSeconds = 600;

    private readonly NpgsqlDataSource _source;
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
    }

    public override SqlEngine Engine => SqlEngine.PostgreSql;

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _source.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw Away(exception);
        }
    }

    public override async Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await OpenAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(isolation, cancellationToken);
                var result = await work(transaction);
                await transaction.CommitAsync(CancellationToken.None);
                return result;
            }
            catch (PostgresException exception) when (MetAnother(exception) && attempt < Attempts)
            {
                // Not all of them again at the same instant.
                await Task.Delay(Random.Shared.Next(Math.Min(1 << attempt, 100)), cancellationToken);
            }
            catch (DbException exception) when (IsAway(exception))
            {
                throw Away(exception);
            }
        }
    }

    /// <remarks>The lock is the transaction's, so it also holds where a proxy hands out connections per transaction.</remarks>
    public override async Task<T> MigrateAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
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
        catch (DbException exception) when (IsAway(exception))
        {
            throw Away(exception);
        }
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    protected override bool IsAway(DbException exception) => exception switch
    {
        // Connections that break (08), resources that are used up (53), operators who intervene (57), files that fail (58), a standby
        // that took over and is not to be written (25006), and transactions that met others again and again.
        PostgresException { SqlState: var state } sql => state[..2] is "08" or "53" or "57" or "58" || state is PostgresErrorCodes.ReadOnlySqlTransaction || MetAnother(sql),
        NpgsqlException => true,
        _ => false,
    };

    private static bool MetAnother(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    private static void Default(NpgsqlConnectionStringBuilder parts, string key, object value)
    {
        if (!parts.ShouldSerialize(key))
            parts[key] = value;
    }
}
