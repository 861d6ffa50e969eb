using System.Net;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;

namespace Quiver.Accounts.Sessions;

/// <summary>
/// Slows down who guesses passwords: by address, by account, and more tightly by both. Nobody is locked out: what was tried leaks away, and
/// a right password takes its own attempt back.
/// </summary>
/// <remarks>
/// In this process. An attempt is counted before its password is looked at, so that many at once get no further than many in turn. What is
/// kept is bounded by how fast passwords can be hashed, since nothing is kept of an attempt that is refused. Thread-safe.
/// </remarks>
internal sealed class LogInThrottle(TimeProvider time)
{
    private static readonly AttemptBucket PerAccountAndAddress = new(5, TimeSpan.FromSeconds(30));
    private static readonly AttemptBucket PerAddress = new(30, TimeSpan.FromSeconds(10));
    private static readonly AttemptBucket PerAccount = new(100, TimeSpan.FromSeconds(3));

    private readonly AttemptLevels _levels = new(time);

    /// <summary>Counts an attempt.</summary>
    /// <returns>What takes it back: for a password that was right, and for one that was never looked at.</returns>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Overloaded"/>, with the time to wait.</exception>
    public Action Begin(string email, IPAddress? address)
    {
        var (account, source) = (EmailAddress.KeyOf(email), AttemptLevels.NetworkOf(address));
        (string Key, AttemptBucket Bucket)[] counted = [($"b|{source}|{account}", PerAccountAndAddress), ($"s|{source}", PerAddress), ($"a|{account}", PerAccount)];
        var wait = _levels.Add(counted);
        if (wait > TimeSpan.Zero)
            throw new QuiverException(ErrorKind.Overloaded, "Too many attempts to log in. Please try again later.") { RetryAfter = wait };
        return () => _levels.TakeBack(counted);
    }
}
