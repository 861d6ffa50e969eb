using System.Data;
using System.Data.Common;
using Quiver.Diagnostics;

namespace Quiver.Storage;

/// <summary>One database of ours, on either engine: the same tables, and as far as possible the same SQL (see readme.md).</summary>
/// <remarks>
/// Thread-safe. Nothing is opened before it is needed. While the database is away every call throws a <see cref="QuiverException"/> of kind
/// <see cref="ErrorKind.Unavailable"/>, and goes on working when it is back. Other errors of SQL come as <see cref="DbException"/>.
/// </remarks>
internal abstract class Database : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public abstract SqlEngine Engine { get; }

    public static Database At(DatabaseAddress address, Durability durability = Durability.Full) => address switch
    {
        SqliteAddress sqlite => new SqliteDatabase(sqlite, durability),
        PostgreSqlAddress postgreSql => new PostgreSqlDatabase(postgreSql, durability),
        _ => throw new ArgumentException("There is no such engine.", nameof(address)),
    };

    /// <summary>A connection for reading, which the caller disposes. <see cref="ReadAsync"/> also translates what goes wrong while reading.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>.</exception>
    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Reads. What the work sees is the state of finished transactions; on SQLite it cannot write.</summary>
    /// <param name="work">May run again, where a connection had broken since it was last used.</param>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>.</exception>
    public abstract Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>One transaction, as if no other ran beside it; once this returns it is kept as <see cref="Durability"/> says.</summary>
    /// <param name="work">Runs again from its start when the transaction met another: it changes nothing but the database.</param>
    /// <param name="cancellationToken">Rolls back; a commit that has begun is finished.</param>
    /// <exception cref="QuiverException">
    /// <see cref="ErrorKind.Unavailable"/>. The transaction did not come to be, unless what went away did so during the commit itself: that cannot be known.
    /// </exception>
    public Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken) => WriteAsync(work, IsolationLevel.Serializable, cancellationToken);

    /// <summary>The same with less isolation where PostgreSQL has it: for single statements that are right beside any other, such as counting by UPSERT.</summary>
    /// <inheritdoc cref="WriteAsync{T}(Func{DbTransaction, Task{T}}, CancellationToken)"/>
    public abstract Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, IsolationLevel isolation, CancellationToken cancellationToken);

    /// <summary>One transaction that no other of its kind runs beside, in any process, and that sees what the one before it did: for migrations.</summary>
    public abstract Task<T> MigrateAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>For the caller, who learns nothing about where the database is; the operator finds that in the inner exception.</summary>
    protected static QuiverException Away(Exception exception) =>
        new(ErrorKind.Unavailable, "The database is not available. Please try again later.", exception) { RetryAfter = RetryAfter };
}
