using System.Data.Common;
using Dapper;
using Quiver.Storage;

namespace Quiver.Accounts;

/// <summary>What administrators changed: who, when, what, of whom. Without secrets.</summary>
internal sealed class AuditLog(Database database, TimeProvider time)
{
    private const int MostShown = 1000;

    /// <summary>Part of the transaction that makes the change.</summary>
    /// <param name="actor">A user's id, or "command line".</param>
    /// <param name="action">"user.create", "key.revoke" …</param>
    /// <param name="subject">The id of what was changed.</param>
    public Task<int> NoteAsync(DbTransaction transaction, string actor, string action, string subject, string detail = "") =>
        transaction.Connection!.ExecuteAsync(
            "INSERT INTO audit_log (at, actor, action, subject, detail) VALUES (@at, @actor, @action, @subject, @detail)",
            new { at = time.GetUtcNow().ToUnixTimeMilliseconds(), actor, action, subject, detail },
            transaction);

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(int most, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(
                new CommandDefinition("SELECT at, actor, action, subject, detail FROM audit_log ORDER BY id DESC LIMIT @most", new { most = Math.Clamp(most, 1, MostShown) }, cancellationToken: cancellationToken)),
            cancellationToken);
        return [.. rows.Select(row => new AuditEntry(DateTimeOffset.FromUnixTimeMilliseconds(row.At), row.Actor, row.Action, row.Subject, row.Detail))];
    }

    private sealed class Row
    {
        public long At { get; set; }

        public string Actor { get; set; } = "";

        public string Action { get; set; } = "";

        public string Subject { get; set; } = "";

        public string Detail { get; set; } = "";
    }
}

/// <inheritdoc cref="AuditLog.NoteAsync"/>
internal sealed record AuditEntry(DateTimeOffset At, string Actor, string Action, string Subject, string Detail);
