using System.Data;
using System.Data.Common;
using Quiver.Diagnostics;
using Quiver.Storage;

namespace Quiver.Tests.Accounts;

/// <summary>Another database's, until it is away. Stays the other's to dispose.</summary>
internal sealed class DatabaseThatGoesAway(Database inner) : Database
{
    public bool IsAwayNow { get; set; }

    /// <summary>What writes fail with, while reads still work.</summary>
    public Exception? WriteFailure { get; set; }

    public override SqlEngine Engine => inner.Engine;

    public override ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => Present().OpenAsync(cancellationToken);

    public override Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken) => Present().ReadAsync(work, cancellationToken);

    public override Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, IsolationLevel isolation, CancellationToken cancellationToken) =>
        WriteFailure is { } failure ? throw failure : Present().WriteAsync(work, isolation, cancellationToken);

    public override Task<T> MigrateAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken) => Present().MigrateAsync(work, cancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Database Present() => IsAwayNow ? throw new QuiverException(ErrorKind.Unavailable, "Away.") : inner;
}
