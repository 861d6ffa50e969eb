using System.Net;
using Quiver.Accounts.Keys;
using Quiver.Accounts.Sessions;
using Quiver.Diagnostics;

namespace Quiver.Accounts.Users;

/// <summary>Accounts that anyone makes for himself: a few for each address at a time, and never in the way of those who log in.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="users">Hashes passwords in slots of its own: those of log-ins stay free.</param>
internal sealed class SignUps(UserAccounts users, TimeProvider time)
{
    private static readonly AttemptBucket PerAddress = new(20, TimeSpan.FromSeconds(30));

    private readonly AttemptLevels _levels = new(time);

    /// <summary>Makes a user and his first key, which is for everything he may do.</summary>
    /// <param name="address">Whence the attempt comes; all of an IPv6 network count as one.</param>
    /// <exception cref="QuiverException">
    /// <see cref="ErrorKind.Conflict"/>: the email address is taken; <see cref="ErrorKind.InvalidInput"/>; <see cref="ErrorKind.Overloaded"/>:
    /// too many attempts, or too many at this moment.
    /// </exception>
    public async Task<(User User, NewKey Key)> SignUpAsync(NewUser request, IPAddress? address, CancellationToken cancellationToken)
    {
        (string Key, AttemptBucket Bucket)[] counted = [(AttemptLevels.NetworkOf(address), PerAddress)];
        // Counted before the password is hashed: that is what costs.
        var wait = _levels.Add(counted);
        if (wait > TimeSpan.Zero)
            throw new QuiverException(ErrorKind.Overloaded, "Too many accounts were made from this address. Please try again later.") { RetryAfter = wait };
        try
        {
            return await users.CreateAsync(request, Scopes.All, actor: null, cancellationToken);
        }
        catch (QuiverException error) when (error.Kind is ErrorKind.InvalidInput or ErrorKind.Overloaded)
        {
            // Nothing was hashed.
            _levels.TakeBack(counted);
            throw;
        }
    }
}
