using System.Security.Cryptography;
using Dapper;
using Quiver.Secrets;
using Quiver.Storage;

namespace Quiver.Providers;

/// <summary>Makes the ring of keys out of what the configuration gives.</summary>
internal static class EncryptionKeys
{
    private const string SaltName = "encryption_salt";

    /// <param name="texts">The key that encrypts, then older ones; at least one. What is no Fernet key is stretched to one, with this installation's salt.</param>
    /// <exception cref="Quiver.Diagnostics.QuiverException"><see cref="Quiver.Diagnostics.ErrorKind.Unavailable"/>: the database, which holds the salt, is away.</exception>
    public static async Task<KeyRing> RingAsync(IReadOnlyList<string> texts, Database database, CancellationToken cancellationToken)
    {
        var keys = new List<FernetKey>();
        byte[]? salt = null;
        foreach (var text in texts)
        {
            if (FernetKey.TryParse(text, out var key))
                keys.Add(key);
            else
                keys.Add(SecretDerivation.Derive(text, salt ??= await SaltAsync(database, cancellationToken)));
        }

        return new KeyRing(keys);
    }

    /// <summary>Whether it is stretched rather than used as it is.</summary>
    public static bool IsDerived(string text) => !FernetKey.TryParse(text, out _);

    /// <summary>The installation's own, made by whoever asks first.</summary>
    private static async Task<byte[]> SaltAsync(Database database, CancellationToken cancellationToken)
    {
        var fresh = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretDerivation.SaltBytes));
        var kept = await database.WriteAsync(
            async transaction =>
            {
                await transaction.Connection!.ExecuteAsync(
                    "INSERT INTO installation (name, value) VALUES (@SaltName, @fresh) ON CONFLICT (name) DO NOTHING", new { SaltName, fresh }, transaction);
                return await transaction.Connection!.QuerySingleAsync<string>("SELECT value FROM installation WHERE name = @SaltName", new { SaltName }, transaction);
            },
            cancellationToken);
        return Convert.FromBase64String(kept);
    }
}
