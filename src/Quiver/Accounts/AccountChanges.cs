using System.Data.Common;
using Dapper;
using Quiver.Storage;

namespace Quiver.Accounts;

/// <summary>
/// A number in the database that moves with every change of a right. Every process asks for it about twice a second while it is used, and
/// forgets what it keeps in memory when it has moved: so a key that is revoked anywhere is refused everywhere within a second.
/// </summary>
internal static class AccountChanges
{
    /// <summary>Part of the transaction that makes the change.</summary>
    public static Task<int> NoteAsync(DbTransaction transaction) =>
        transaction.Connection!.ExecuteAsync("UPDATE account_changes SET version = version + 1 WHERE id = 1", transaction: transaction);

    public static Task<long> VersionAsync(Database database, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT version FROM account_changes WHERE id = 1", cancellationToken: cancellationToken)), cancellationToken);
}
