using System.Data.Common;
using System.Net;
using Dapper;
using Quiver.Accounts.Keys;
using Quiver.Accounts.Passwords;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;
using Quiver.Storage;

namespace Quiver.Accounts.Sessions;

/// <summary>Sessions: begun with a password, carried by a token, ended all at once.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="planCalled">The plan of a name, or null.</param>
internal sealed class LogIns(
    Database database, SessionTokens tokens, PasswordHasher hasher, PasswordSlots slots, AccountVersion version, Func<string, Plan?> planCalled, TimeProvider time)
{
    private const int MostKnown = 100_000;

    private readonly LogInThrottle _throttle = new(time);
    private readonly KnownCallers<string, KnownUser> _known = new(MostKnown);

    /// <summary>An unknown address, a wrong password, a disabled user and one without a password take the same work and get the same answer.</summary>
    /// <param name="address">Whence the attempt comes.</param>
    /// <exception cref="QuiverException">
    /// <see cref="ErrorKind.Unauthorized"/>; <see cref="ErrorKind.Overloaded"/>: too many attempts, or too many at this moment.
    /// </exception>
    public async Task<Session> LogInAsync(string email, string password, IPAddress? address, CancellationToken cancellationToken)
    {
        var takeBack = _throttle.Begin(email, address);
        UserRow? user;
        PasswordCheck check;
        try
        {
            user = await ReadByEmailAsync(email, cancellationToken);
            var hash = PasswordRules.MayBeOne(password) ? user?.PasswordHash : null;
            var compared = PasswordRules.MayBeOne(password) ? password : "";
            check = await slots.RunAsync(() => hasher.Check(compared, hash), cancellationToken);
        }
        catch
        {
            takeBack();
            throw;
        }

        if (user is null || check == PasswordCheck.Wrong || user.IsDisabled != 0)
            throw new QuiverException(ErrorKind.Unauthorized, "Invalid credentials");
        takeBack();
        if (check == PasswordCheck.RightButOld)
            await TryRehashAsync(user, password, cancellationToken);
        return new Session(user.Id, tokens.Create(user.Id, user.SessionGeneration), SessionTokens.Lifetime);
    }

    /// <summary>Ends every session of the user, everywhere within a second.</summary>
    public Task LogOutAsync(string userId, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await transaction.Connection!.ExecuteAsync("UPDATE users SET session_generation = session_generation + 1 WHERE id = @userId", new { userId }, transaction);
            return await AccountChanges.NoteAsync(transaction);
        },
        cancellationToken);

    /// <returns>null for a token that is not ours, has expired or was ended, and for one of a disabled user.</returns>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>.</exception>
    public async ValueTask<Caller?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (tokens.Read(token) is not { } claims)
            return null;
        await version.RefreshAsync(cancellationToken);
        var current = version.Current;
        if (!_known.TryGet(claims.UserId, current, out var user))
        {
            if (await ReadAsync(claims.UserId, cancellationToken) is not { } read)
                return null;
            _known.Keep(claims.UserId, current, user = read);
        }

        return user.Generation == claims.Generation ? user.Caller : null;
    }

    private Task<UserRow?> ReadByEmailAsync(string email, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<UserRow>(new CommandDefinition(
            $"SELECT {UserRow.Columns} FROM users WHERE email_key = @key", new { key = EmailAddress.KeyOf(email) }, cancellationToken: cancellationToken)),
        cancellationToken);

    private async Task<KnownUser?> ReadAsync(string userId, CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(
            connection => connection.QuerySingleOrDefaultAsync<UserRow>(new CommandDefinition(
                $"SELECT {UserRow.Columns} FROM users WHERE id = @userId AND is_disabled = 0", new { userId }, cancellationToken: cancellationToken)),
            cancellationToken);
        if (row is null)
            return null;
        var plan = planCalled(row.Plan) ?? throw new QuiverException(ErrorKind.Forbidden, $"The plan '{row.Plan}' is not configured on this server.");
        return new KnownUser(row.SessionGeneration, new Caller(row.Id, plan, UserScopes.Effective(Scopes.All, row.IsAdmin != 0)));
    }

    /// <summary>What cannot be done now is done at the next log-in: the password was right.</summary>
    private async Task TryRehashAsync(UserRow user, string password, CancellationToken cancellationToken)
    {
        try
        {
            await RehashAsync(user, password, cancellationToken);
        }
        catch (Exception exception) when (exception is QuiverException or DbException)
        {
            return;
        }
    }

    /// <summary>Unless the password was changed meanwhile.</summary>
    private async Task RehashAsync(UserRow user, string password, CancellationToken cancellationToken)
    {
        var hash = await slots.RunAsync(() => hasher.Hash(password), cancellationToken);
        await database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "UPDATE users SET password_hash = @hash WHERE id = @id AND password_hash = @old", new { hash, id = user.Id, old = user.PasswordHash }, transaction),
            cancellationToken);
    }

    private sealed record KnownUser(long Generation, Caller Caller);
}

/// <summary>A log-in that succeeded.</summary>
/// <param name="Token">To be presented as Bearer.</param>
internal sealed record Session(string UserId, string Token, TimeSpan Lifetime);
