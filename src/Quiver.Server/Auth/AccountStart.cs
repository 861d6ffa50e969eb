using System.Security.Cryptography;
using Quiver.Accounts;
using Quiver.Accounts.Sessions;
using Quiver.Server.Configuration;
using Quiver.Storage;

namespace Quiver.Server.Auth;

/// <summary>Makes the accounts of a server, or of a command that works on them, as the options say.</summary>
internal static class AccountStart
{
    private const string SecretFile = "jwt.secret";

    /// <param name="warn">Gets what an operator should change, a line each.</param>
    /// <exception cref="IOException">The file of the secret can neither be read nor written.</exception>
    public static async Task<AccountService> CreateAsync(ServeOptions options, Database database, TimeProvider time, Action<string> warn, CancellationToken cancellationToken)
    {
        var salt = new Lazy<Task<byte[]>>(() => InstallationSalt.ReadAsync(database, cancellationToken));
        var secret = options.JwtSecret is { } text ? await OfTextAsync(text, "auth.jwt_secret", salt, warn) : OfFile(options, warn);
        var previous = options.PreviousJwtSecret is { } old ? await OfTextAsync(old, "auth.jwt_secret_previous", salt, warn) : null;
        return new AccountService(database, new AccountOptions(new PlanPresets(options.PlanLimits).Find, secret) { PreviousSecret = previous }, time);
    }

    /// <summary>For a command: it changes users and keys, and neither makes nor reads a session.</summary>
    public static AccountService WithoutSessions(ServeOptions options, Database database, TimeProvider time) =>
        new(database, new AccountOptions(new PlanPresets(options.PlanLimits).Find, SigningSecret.Of(RandomNumberGenerator.GetBytes(SigningSecret.LeastBytes))), time);

    private static async Task<SigningSecret> OfTextAsync(string text, string setting, Lazy<Task<byte[]>> salt, Action<string> warn)
    {
        var secret = SigningSecret.OfText(text, text.Length < SigningSecret.LeastBytes ? await salt.Value : [], out var isShort);
        if (isShort)
            warn($"{setting} is shorter than {SigningSecret.LeastBytes} bytes: sessions are signed with a secret that is derived from it. `openssl rand -hex 32` makes a good one; keep this one as auth.jwt_secret_previous for a day.");
        return secret;
    }

    /// <summary>The secret that this data folder holds, made if there is none yet.</summary>
    private static SigningSecret OfFile(ServeOptions options, Action<string> warn)
    {
        if (DatabaseFiles.Truth(options).Engine == SqlEngine.PostgreSql)
            warn("auth.jwt_secret is not set: each replica has a secret of its own in its data folder, and takes no other's sessions. Set it where there is more than one.");
        DatabaseFiles.MakeDataFolder(options);
        var path = Path.Combine(options.DataFolder, SecretFile);
        if (!File.Exists(path))
            Write(path);
        var text = File.ReadAllText(path).Trim();
        return text.Length == 2 * SigningSecret.LeastBytes && text.All(char.IsAsciiHexDigit)
            ? SigningSecret.Of(Convert.FromHexString(text))
            : throw new IOException($"{path} does not hold a secret: {2 * SigningSecret.LeastBytes} hexadecimal digits. Remove it and another is made; sessions then end.");
    }

    /// <summary>Whole or not at all, and never over one that another process made meanwhile. Readable by the owner alone.</summary>
    private static void Write(string path)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(2 * SigningSecret.LeastBytes, lowercase: true)));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
    }
}
