using System.Security.Cryptography;
using Dapper;
using Quiver.Accounts.Keys;
using Quiver.Accounts.Passwords;
using Quiver.Diagnostics;
using Quiver.Storage;

namespace Quiver.Accounts.Users;

/// <summary>The accounts: made, listed, changed.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="planCalled">The plan of a name, or null.</param>
internal sealed class UserAccounts(Database database, UserKeys keys, PasswordHasher hasher, PasswordSlots slots, AuditLog audit, Func<string, Plan?> planCalled, TimeProvider time)
{
    private const int IdDigits = 24;
    private const int MostListed = 1000;

    /// <summary>Makes a user and his first key, which is for everything that he and its maker may do.</summary>
    /// <param name="maker">What the maker may do; everything where the user signs up himself.</param>
    /// <param name="actor">The administrator who does it, for the audit log; null where the user signs up himself.</param>
    /// <exception cref="QuiverException">
    /// <see cref="ErrorKind.Conflict"/>: the address is taken; <see cref="ErrorKind.Forbidden"/>: the user could do more than the maker;
    /// <see cref="ErrorKind.InvalidInput"/>; <see cref="ErrorKind.Overloaded"/>.
    /// </exception>
    public async Task<(User User, NewKey Key)> CreateAsync(NewUser request, Scopes maker, string? actor, CancellationToken cancellationToken)
    {
        RequireSense(request);
        if (request.IsAdmin || request.Password is not null)
            UserScopes.RequireEverything(maker);
        var scopes = UserScopes.OfFirstKey(maker, request.IsAdmin);
        var hash = request.Password is { } password ? await slots.RunAsync(() => hasher.Hash(password), cancellationToken) : null;
        var row = new UserRow
        {
            Id = "usr_" + RandomNumberGenerator.GetHexString(IdDigits, lowercase: true),
            Email = request.Email,
            PasswordHash = hash,
            Plan = request.Plan,
            IsAdmin = request.IsAdmin ? 1 : 0,
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        return await database.WriteAsync(
            async transaction =>
            {
                var inserted = await transaction.Connection!.ExecuteAsync(
                    """
                    INSERT INTO users (id, email, email_key, password_hash, plan, is_admin, is_disabled, session_generation, created_at)
                    VALUES (@Id, @Email, @EmailKey, @PasswordHash, @Plan, @IsAdmin, 0, 0, @CreatedAt) ON CONFLICT DO NOTHING
                    """,
                    new { row.Id, row.Email, EmailKey = EmailAddress.KeyOf(request.Email), row.PasswordHash, row.Plan, row.IsAdmin, row.CreatedAt },
                    transaction);
                if (inserted == 0)
                    throw new QuiverException(ErrorKind.Conflict, "Email already registered") { Parameter = "email" };
                var key = await keys.InsertAsync(transaction, row.Id, new KeyRequest(request.KeyPrefix, "", scopes));
                if (actor is not null)
                    await audit.NoteAsync(transaction, actor, "user.create", row.Id, request.IsAdmin ? $"admin, plan {row.Plan}" : $"plan {row.Plan}");
                return (row.ToUser(), key);
            },
            cancellationToken);
    }

    /// <summary>In the order in which they were made, after the one called <paramref name="after"/>; at most 1,000 at a time.</summary>
    public async Task<IReadOnlyList<User>> ListAsync(int most, string? after, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<UserRow>(new CommandDefinition(
                $"""
                SELECT {UserRow.Columns} FROM users u
                WHERE @after IS NULL OR EXISTS (SELECT 1 FROM users a WHERE a.id = @after AND (a.created_at < u.created_at OR (a.created_at = u.created_at AND a.id < u.id)))
                ORDER BY created_at, id LIMIT @most
                """,
                new { after, most = Math.Clamp(most, 1, MostListed) },
                cancellationToken: cancellationToken)),
            cancellationToken);
        return [.. rows.Select(row => row.ToUser())];
    }

    /// <param name="name">An id or an address.</param>
    /// <returns>null where there is none.</returns>
    public async Task<User?> FindAsync(string name, CancellationToken cancellationToken) => (await database.ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<UserRow>(new CommandDefinition(
            $"SELECT {UserRow.Columns} FROM users WHERE id = @name OR email_key = @key", new { name, key = EmailAddress.KeyOf(name) }, cancellationToken: cancellationToken)),
        cancellationToken))?.ToUser();

    /// <summary>Changes what is not null. A new password, and disabling, end the user's sessions; disabling stops his keys too.</summary>
    /// <param name="maker">What <paramref name="actor"/> may do: only who may do everything changes an administrator, or a password.</param>
    /// <exception cref="QuiverException">
    /// <see cref="ErrorKind.NotFound"/>; <see cref="ErrorKind.Forbidden"/>; <see cref="ErrorKind.InvalidInput"/>; <see cref="ErrorKind.Overloaded"/>.
    /// </exception>
    /// <inheritdoc cref="CreateAsync"/>
    public async Task<User> ChangeAsync(string userId, UserChange change, Scopes maker, string actor, CancellationToken cancellationToken)
    {
        if (change.Plan is not null)
            RequirePlan(change.Plan);
        if (change.Password is not null)
        {
            RequirePassword(change.Password);
            UserScopes.RequireEverything(maker);
        }

        if (userId == User.OperatorId)
            throw new QuiverException(ErrorKind.InvalidInput, "The operator is who has the master key: take that away instead.");
        var hash = change.Password is { } password ? await slots.RunAsync(() => hasher.Hash(password), cancellationToken) : null;
        return await database.WriteAsync(
            async transaction =>
            {
                var changed = await transaction.Connection!.QuerySingleOrDefaultAsync<UserRow>(
                    $"""
                    UPDATE users SET plan = COALESCE(@plan, plan), is_disabled = COALESCE(@isDisabled, is_disabled),
                        password_hash = COALESCE(@hash, password_hash), session_generation = session_generation + @ends
                    WHERE id = @userId RETURNING {UserRow.Columns}
                    """,
                    new { userId, plan = change.Plan, isDisabled = change.IsDisabled is { } disabled ? (disabled ? 1 : 0) : (int?)null, hash, ends = hash is not null || change.IsDisabled == true ? 1 : 0 },
                    transaction) ?? throw new QuiverException(ErrorKind.NotFound, "There is no such user.");
                if (changed.IsAdmin != 0)
                    UserScopes.RequireEverything(maker);
                await AccountChanges.NoteAsync(transaction);
                await audit.NoteAsync(transaction, actor, "user.change", userId, change.Describe());
                return changed.ToUser();
            },
            cancellationToken);
    }

    private void RequireSense(NewUser request)
    {
        if (!EmailAddress.IsOne(request.Email))
            throw new QuiverException(ErrorKind.InvalidInput, "That is no email address.") { Parameter = "email" };
        if (request.Password is not null)
            RequirePassword(request.Password);
        RequirePlan(request.Plan);
    }

    private static void RequirePassword(string password)
    {
        if (PasswordRules.Problem(password) is { } problem)
            throw new QuiverException(ErrorKind.InvalidInput, problem) { Parameter = "password" };
    }

    private void RequirePlan(string plan)
    {
        if (planCalled(plan) is null)
            throw new QuiverException(ErrorKind.InvalidInput, "There is no plan of that name.") { Parameter = "plan" };
    }
}
