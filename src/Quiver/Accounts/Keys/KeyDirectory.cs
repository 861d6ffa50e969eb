using System.Security.Cryptography;
using Dapper;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;
using Quiver.Storage;

namespace Quiver.Accounts.Keys;

/// <summary>From the text of a key to the caller it stands for: the one look-up of every request.</summary>
/// <remarks>Thread-safe. A key that is in memory is found without waiting and without a write.</remarks>
/// <param name="planCalled">The plan of a name, or null.</param>
internal sealed class KeyDirectory(Database database, AccountVersion version, KeyUsage usage, Func<string, Plan?> planCalled, TimeProvider time)
{
    private const int MostKnown = 100_000;

    private readonly KnownCallers<KeyHash, KnownKey> _known = new(MostKnown);

    /// <returns>null for what is no key, an unknown one, a revoked one, an expired one and one of a disabled user.</returns>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>.</exception>
    public ValueTask<Caller?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (!ApiKey.IsPossible(key))
            return new(default(Caller));
        var hash = KeyHash.Of(key);
        var fresh = version.RefreshAsync(cancellationToken);
        return fresh.IsCompletedSuccessfully && _known.TryGet(hash, version.Current, out var known) ? new(Use(known)) : new(LoadAsync(fresh, hash, cancellationToken));
    }

    private async Task<Caller?> LoadAsync(ValueTask fresh, KeyHash hash, CancellationToken cancellationToken)
    {
        await fresh;
        var current = version.Current;
        if (_known.TryGet(hash, current, out var known))
            return Use(known);
        if (await ReadAsync(hash, cancellationToken) is not { } read)
            return null;
        _known.Keep(hash, current, read);
        return Use(read);
    }

    private Caller? Use(KnownKey known)
    {
        if (known.ExpiresAt is { } end && time.GetUtcNow().ToUnixTimeMilliseconds() >= end)
            return null;
        usage.Note(known.Caller.KeyId!);
        return known.Caller;
    }

    private async Task<KnownKey?> ReadAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        var digest = hash.ToArray();
        var row = await database.ReadAsync(
            connection => connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
                """
                SELECT k.id AS KeyId, k.hash, k.scopes, k.expires_at AS ExpiresAt, u.id AS UserId, u.plan, u.is_admin AS IsAdmin
                FROM api_keys k JOIN users u ON u.id = k.user_id
                WHERE k.hash = @digest AND k.revoked_at IS NULL AND u.is_disabled = 0
                """,
                new { digest },
                cancellationToken: cancellationToken)),
            cancellationToken);
        if (row is null || !CryptographicOperations.FixedTimeEquals(row.Hash, digest))
            return null;
        var plan = planCalled(row.Plan) ?? throw new QuiverException(ErrorKind.Forbidden, $"The plan '{row.Plan}' is not configured on this server.");
        return new KnownKey(new Caller(row.UserId, plan, UserScopes.Effective(ScopeNames.Split(row.Scopes), row.IsAdmin != 0)) { KeyId = row.KeyId }, row.ExpiresAt);
    }

    private sealed record KnownKey(Caller Caller, long? ExpiresAt);

    private sealed class Row
    {
        public string KeyId { get; set; } = "";

        public byte[] Hash { get; set; } = [];

        public string Scopes { get; set; } = "";

        public long? ExpiresAt { get; set; }

        public string UserId { get; set; } = "";

        public string Plan { get; set; } = "";

        public int IsAdmin { get; set; }
    }
}
