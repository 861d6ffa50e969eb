using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Quiver.Storage;

/// <summary>A file of SQLite in WAL mode: many connections that read, one that writes.</summary>
/// <remarks>
/// SQLite 3.7.0 to 3.51.2 can lose a transaction when two connections write or checkpoint at the same instant
/// (https://www.sqlite.org/wal.html#walresetbug). So one connection of a process writes, in turn, only it checkpoints (the others are opened
/// for reading), and it does both while holding the lock of a file beside the database, which other processes of ours wait for.
/// </remarks>
internal sealed class SqliteDatabase : Database
{
    private const int BusySeconds = 5;

    private readonly SqliteAddress _address;
    private readonly string _reading;
    private readonly string _writing;
    private readonly string _synchronous;
    private readonly WriterLock _lock;
    private readonly SemaphoreSlim _turn = new(1);
    private SqliteConnection? _writer;
    private bool _disposed;

    static SqliteDatabase() => SetProvider(new SQLite3Provider_e_sqlite3());

    public SqliteDatabase(SqliteAddress address, Durability durability)
    {
        _address = address;
        _lock = new WriterLock(address.File + ".lock");
        _synchronous = durability == Durability.Full ? "FULL" : "NORMAL";
        var parts = new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(address.File), DefaultTimeout = BusySeconds, Mode = SqliteOpenMode.ReadOnly };
        _reading = parts.ConnectionString;
        parts.Mode = SqliteOpenMode.ReadWrite;
        parts.Pooling = false;
        parts.ForeignKeys = true;
        _writing = parts.ConnectionString;
    }

    public override SqlEngine Engine => SqlEngine.Sqlite;

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_reading);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (SqliteException exception)
        {
            await connection.DisposeAsync();
            throw Away(exception);
        }
    }

    public override async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            return await work(connection);
        }
        catch (SqliteException exception) when (IsAway(exception))
        {
            throw Away(exception);
        }
    }

    public override Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, IsolationLevel isolation, CancellationToken cancellationToken) =>
        InTurnAsync(work, TimeSpan.FromSeconds(BusySeconds), cancellationToken);

    public override Task<T> MigrateAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken) =>
        InTurnAsync(work, TimeSpan.FromMinutes(10), cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _turn.WaitAsync();
        if (_writer is not null)
        {
            // The last connection to close checkpoints.
            await using var others = await _lock.TakeAsync(TimeSpan.FromSeconds(BusySeconds), CancellationToken.None);
            await _writer.DisposeAsync();
        }

        SqliteConnection.ClearPool(new SqliteConnection(_reading));
        _turn.Dispose();
    }

    /// <summary>Whether the file cannot be used now, rather than the statement being wrong.</summary>
    private static bool IsAway(SqliteException exception) => exception.SqliteErrorCode
        is SQLITE_BUSY or SQLITE_LOCKED or SQLITE_NOMEM or SQLITE_READONLY or SQLITE_IOERR or SQLITE_CORRUPT or SQLITE_FULL or SQLITE_CANTOPEN or SQLITE_PROTOCOL or SQLITE_NOTADB;

    private async Task<T> InTurnAsync<T>(Func<DbTransaction, Task<T>> work, TimeSpan patience, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await using var others = await _lock.TakeAsync(patience, cancellationToken);
            return await InTransactionAsync(work);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException || (exception is SqliteException sql && IsAway(sql)))
        {
            // What it knew may be out of date: the next transaction opens the file anew.
            if (_writer is not null)
                await _writer.DisposeAsync();
            _writer = null;
            throw Away(exception);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<T> InTransactionAsync<T>(Func<DbTransaction, Task<T>> work)
    {
        _writer ??= OpenWriter();
        await using var transaction = _writer.BeginTransaction(IsolationLevel.Serializable, deferred: false);
        var result = await work(transaction);
        await transaction.CommitAsync(CancellationToken.None);
        return result;
    }

    private SqliteConnection OpenWriter()
    {
        SqliteFile.CreatePrivate(_address.File);
        var connection = new SqliteConnection(_writing);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL";
            if ((string?)command.ExecuteScalar() != "wal")
                throw new IOException($"{_address} is in a place that cannot hold a write-ahead log.");
            command.CommandText = $"PRAGMA synchronous = {_synchronous}";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
