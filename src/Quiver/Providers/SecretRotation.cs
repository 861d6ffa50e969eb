using Dapper;
using Quiver.Secrets;
using Quiver.Storage;

namespace Quiver.Providers;

/// <summary>What a run has done.</summary>
/// <param name="Rotated">Secrets that are now sealed with the first key.</param>
/// <param name="Unopened">Ids of rows that no key of the ring opens. They were left as they are.</param>
internal sealed record RotationReport(int Rotated, IReadOnlyList<string> Unopened);

/// <summary>Seals every provider key anew with the first key of the ring, while servers go on.</summary>
/// <remarks>
/// A batch of rows and the place it got to are one transaction, so a run that was killed is taken up where it was; each row changes only if it still
/// holds the token that was read. At every moment each row opens with the ring. Rows saved meanwhile by a server that still seals with
/// an older key are found by another pass, until one finds none.
/// </remarks>
internal sealed class SecretRotation(Database database, KeyRing keys, TimeProvider time)
{
    private const int BatchRows = 25;
    private const int MaxPasses = 10;

    public async Task<RotationReport> RunAsync(CancellationToken cancellationToken)
    {
        var rotated = 0;
        for (var pass = 1; ; pass++)
        {
            var (resumed, changed, unopened) = await PassAsync(cancellationToken);
            rotated += changed;
            // What the run before this one had passed was not looked at in a pass that it began.
            if ((changed == 0 && !resumed) || pass == MaxPasses)
                return new RotationReport(rotated, unopened);
        }
    }

    private async Task<(bool Resumed, int Changed, List<string> Unopened)> PassAsync(CancellationToken cancellationToken)
    {
        var after = await database.ReadAsync(
            connection => connection.QuerySingleOrDefaultAsync<string>(
                "SELECT after_id FROM secret_rotations WHERE fingerprint = @Fingerprint", new { keys.First.Fingerprint }),
            cancellationToken);
        var resumed = after is not null;
        var (changed, unopened) = (0, new List<string>());
        while (await BatchAsync(after ?? "", cancellationToken) is { Count: > 0 } rows)
        {
            var anew = new List<Change>();
            foreach (var row in rows)
            {
                if (!keys.TryRotate(row.ApiKey, out var token))
                    unopened.Add(row.Id);
                else if (token != row.ApiKey)
                    anew.Add(new Change(row.Id, row.Tenant, row.ApiKey, token));
            }

            after = rows[^1].Id;
            if (anew.Count > 0)
                changed += await KeepAsync(anew, after, cancellationToken);
        }

        await ForgetPlaceAsync(cancellationToken);
        return (resumed, changed, unopened);
    }

    private async Task<List<ProviderRow>> BatchAsync(string after, CancellationToken cancellationToken) =>
        [.. await database.ReadAsync(
            connection => connection.QueryAsync<ProviderRow>(
                "SELECT id AS Id, tenant AS Tenant, api_key AS ApiKey FROM providers WHERE id > @after ORDER BY id LIMIT @BatchRows", new { after, BatchRows }),
            cancellationToken)];

    private Task<int> KeepAsync(IReadOnlyList<Change> changes, string after, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var changed = 0;
            foreach (var change in changes)
            {
                changed += await transaction.Connection!.ExecuteAsync(
                    "UPDATE providers SET api_key = @New WHERE id = @Id AND tenant = @Tenant AND api_key = @Old", change, transaction);
            }

            await transaction.Connection!.ExecuteAsync(
                """
                INSERT INTO secret_rotations (fingerprint, after_id, updated_at) VALUES (@Fingerprint, @after, @now)
                ON CONFLICT (fingerprint) DO UPDATE SET after_id = excluded.after_id, updated_at = excluded.updated_at
                """,
                new { keys.First.Fingerprint, after, now = time.GetUtcNow().ToUnixTimeMilliseconds() },
                transaction);
            return changed;
        },
        cancellationToken);

    private Task<int> ForgetPlaceAsync(CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.Connection!.ExecuteAsync("DELETE FROM secret_rotations WHERE fingerprint = @Fingerprint", new { keys.First.Fingerprint }, transaction),
        cancellationToken);

    private sealed record Change(string Id, string Tenant, string Old, string New);
}
