using System.Data.Common;
using Dapper;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;
using Quiver.Storage;

namespace Quiver.Accounts.Keys;

/// <summary>The keys of users: made, listed, revoked.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class UserKeys(Database database, AuditLog audit, TimeProvider time)
{
    /// <summary>Of one user, revoked ones included: nobody fills the table.</summary>
    public const int MostPerUser = 1000;

    private const int MostNameCharacters = 200;

    /// <param name="maker">What the maker may do: the key cannot do more.</param>
    /// <param name="actor">The administrator who makes it for another, for the audit log; null for the user himself.</param>
    /// <exception cref="QuiverException">
    /// <see cref="ErrorKind.NotFound"/>: no such user, or disabled; <see cref="ErrorKind.Forbidden"/>: too many permissions;
    /// <see cref="ErrorKind.Conflict"/>: too many keys; <see cref="ErrorKind.InvalidInput"/>.
    /// </exception>
    public Task<NewKey> CreateAsync(string userId, KeyRequest request, Scopes maker, string? actor, CancellationToken cancellationToken)
    {
        RequireSense(request);
        return database.WriteAsync(
            async transaction =>
            {
                var owner = await transaction.Connection!.QuerySingleOrDefaultAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @userId AND is_disabled = 0", new { userId }, transaction)
                    ?? throw new QuiverException(ErrorKind.NotFound, "There is no such user.");
                UserScopes.Require(request.Scopes, owner.IsAdmin != 0, maker);
                if (owner.IsAdmin != 0 && actor is not null && actor != userId)
                    UserScopes.RequireEverything(maker);
                if (await transaction.Connection!.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM api_keys WHERE user_id = @userId", new { userId }, transaction) >= MostPerUser)
                    throw new QuiverException(ErrorKind.Conflict, $"A user has at most {MostPerUser} keys, revoked ones included.");
                var made = await InsertAsync(transaction, userId, request);
                if (actor is not null)
                    await audit.NoteAsync(transaction, actor, "key.create", userId, made.Info.Prefix);
                return made;
            },
            cancellationToken);
    }

    /// <summary>Newest first, revoked and expired ones included.</summary>
    /// <param name="userId">null for those of all users.</param>
    public async Task<IReadOnlyList<KeyInfo>> ListAsync(string? userId, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<KeyRow>(new CommandDefinition(
                $"SELECT {KeyRow.Columns} FROM api_keys {(userId is null ? "" : "WHERE user_id = @userId")} ORDER BY created_at DESC, id LIMIT {MostPerUser}",
                new { userId },
                cancellationToken: cancellationToken)),
            cancellationToken);
        return [.. rows.Select(row => row.ToInfo())];
    }

    /// <summary>Ends a key, for good. Every process refuses it within a second.</summary>
    /// <param name="prefix">The first characters of its text, as lists show them.</param>
    /// <param name="maker">What <paramref name="actor"/> may do: only who may do everything revokes another administrator's.</param>
    /// <exception cref="QuiverException">
    /// <see cref="ErrorKind.NotFound"/>: the user has none that begins so, or it is revoked already; <see cref="ErrorKind.Forbidden"/>.
    /// </exception>
    /// <inheritdoc cref="CreateAsync"/>
    public Task RevokeAsync(string userId, string prefix, Scopes maker, string? actor, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var revoked = await transaction.Connection!.ExecuteAsync(
                "UPDATE api_keys SET revoked_at = @now WHERE user_id = @userId AND prefix = @prefix AND revoked_at IS NULL", new { now, userId, prefix }, transaction);
            if (revoked == 0)
                throw new QuiverException(ErrorKind.NotFound, "There is no such key.");
            if (actor is not null && actor != userId && await transaction.Connection!.ExecuteScalarAsync<long>("SELECT is_admin FROM users WHERE id = @userId", new { userId }, transaction) != 0)
                UserScopes.RequireEverything(maker);
            await AccountChanges.NoteAsync(transaction);
            if (actor is not null)
                await audit.NoteAsync(transaction, actor, "key.revoke", userId, prefix);
            return revoked;
        },
        cancellationToken);

    /// <summary>Part of the transaction that makes its owner, or has looked at him.</summary>
    public async Task<NewKey> InsertAsync(DbTransaction transaction, string userId, KeyRequest request)
    {
        while (true)
        {
            var key = ApiKey.Create(request.Prefix);
            var now = time.GetUtcNow();
            var row = new KeyRow
            {
                Id = $"key_{Guid.CreateVersion7(now):N}",
                UserId = userId,
                Name = request.Name,
                Prefix = ApiKey.ShownPart(key),
                Hash = KeyHash.Of(key).ToArray(),
                Scopes = ScopeNames.Join(request.Scopes),
                CreatedAt = now.ToUnixTimeMilliseconds(),
                ExpiresAt = request.Lifetime is { } lifetime ? (now + lifetime).ToUnixTimeMilliseconds() : null,
            };
            // The part that is shown is short, and names one key of its owner: another is made where there is one like it.
            var inserted = await transaction.Connection!.ExecuteAsync(
                """
                INSERT INTO api_keys (id, user_id, name, prefix, hash, scopes, created_at, expires_at, usage_count)
                VALUES (@Id, @UserId, @Name, @Prefix, @Hash, @Scopes, @CreatedAt, @ExpiresAt, 0) ON CONFLICT DO NOTHING
                """,
                row,
                transaction);
            if (inserted == 1)
                return new NewKey(key, row.ToInfo());
        }
    }

    private static void RequireSense(KeyRequest request)
    {
        if (request.Name.Length > MostNameCharacters || request.Name.Any(char.IsControl))
            throw new QuiverException(ErrorKind.InvalidInput, $"The name of a key has at most {MostNameCharacters} characters, and no line ends.") { Parameter = "name" };
        if (request.Lifetime is { } lifetime && (lifetime <= TimeSpan.Zero || lifetime > TimeSpan.FromDays(36_500)))
            throw new QuiverException(ErrorKind.InvalidInput, "A key lives for a day to a hundred years.") { Parameter = "expires_in_days" };
    }
}
