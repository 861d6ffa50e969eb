using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;

namespace Quiver.Accounts.Passwords;

/// <summary>bcrypt, at the cost that this machine can afford.</summary>
/// <remarks>
/// bcrypt sees the first 72 bytes alone. A longer password is hashed to base64(SHA-384) first, and its hash is marked for it; one that an older
/// service had cut off is still recognized, by its unmarked hash, and hashed again. Thread-safe.
/// </remarks>
/// <param name="cost">null measures it when it is first needed: 10 to 12, the most that takes 100 ms at most.</param>
internal sealed class PasswordHasher(TimeProvider time, int? cost = null)
{
    private const int LeastCost = 10;
    private const int MostCost = 12;
    private const int MostBytes = 72;
    private const int SaltBytes = 16;
    private const string Version = "2b";

    /// <summary>In front of bcrypt's own text.</summary>
    private const string PreHashed = "sha384+bcrypt:";

    private static readonly TimeSpan Affordable = TimeSpan.FromMilliseconds(100);

    private readonly Lazy<int> _cost = new(() => cost ?? Measure(time));

    public int Cost => _cost.Value;

    /// <param name="password">By <see cref="PasswordRules"/>.</param>
    /// <returns>"$2b$12$…", or the same with a mark in front.</returns>
    public string Hash(string password)
    {
        var isLong = IsLong(password);
        var hash = OpenBsdBCrypt.Generate(Version, (isLong ? Shorten(password) : password).ToCharArray(), RandomNumberGenerator.GetBytes(SaltBytes), Cost);
        return isLong ? PreHashed + hash : hash;
    }

    /// <param name="hash">What <see cref="Hash"/> made, or another program's bcrypt; null for an account that does not exist, which takes as long.</param>
    public PasswordCheck Check(string password, string? hash)
    {
        var known = hash ?? Dummy();
        var isMarked = known.StartsWith(PreHashed, StringComparison.Ordinal);
        var bcrypt = isMarked ? known[PreHashed.Length..] : known;
        var isRight = IsRight(bcrypt, isMarked ? Shorten(password) : password);
        if (!isRight || hash is null)
            return PasswordCheck.Wrong;
        return isMarked == IsLong(password) && bcrypt.StartsWith($"${Version}${Cost:00}$", StringComparison.Ordinal) ? PasswordCheck.Right : PasswordCheck.RightButOld;
    }

    /// <summary>The cost at which a hash takes 100 ms at most, and 10 even where that is more: each step doubles the work.</summary>
    public static int CostFor(TimeSpan atLeastCost) =>
        Math.Clamp(LeastCost + (int)Math.Floor(Math.Log2(Affordable / Max(atLeastCost, TimeSpan.FromTicks(1)))), LeastCost, MostCost);

    /// <summary>In the form of a hash, and that of no password: salt and hash are zeros.</summary>
    private string Dummy() => $"${Version}${Cost:00}${new string('.', 53)}";

    private static bool IsRight(string bcrypt, string password)
    {
        try
        {
            return OpenBsdBCrypt.CheckPassword(bcrypt, password.ToCharArray());
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or IndexOutOfRangeException or Org.BouncyCastle.Crypto.DataLengthException)
        {
            // No hash that this knows: an account that was imported without one, or a damaged row.
            return false;
        }
    }

    private static bool IsLong(string password) => System.Text.Encoding.UTF8.GetByteCount(password) > MostBytes;

    private static string Shorten(string password) => Convert.ToBase64String(SHA384.HashData(System.Text.Encoding.UTF8.GetBytes(password)));

    /// <summary>Once for the compiler, once for the clock: at a quarter of the least cost's work.</summary>
    private static int Measure(TimeProvider time)
    {
        const int Steps = 2;
        var (password, salt) = ("measure this machine".ToCharArray(), RandomNumberGenerator.GetBytes(SaltBytes));
        _ = OpenBsdBCrypt.Generate(Version, password, salt, LeastCost - Steps);
        var start = time.GetTimestamp();
        _ = OpenBsdBCrypt.Generate(Version, password, salt, LeastCost - Steps);
        return CostFor(time.GetElapsedTime(start) * (1 << Steps));
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
