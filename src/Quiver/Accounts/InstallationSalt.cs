using System.Security.Cryptography;
using Dapper;
using Quiver.Storage;

namespace Quiver.Accounts;

/// <summary>The salt that short session secrets are stretched with: random bytes of this installation, made when they are first asked for, and the same for all its replicas from then on. No secret.</summary>
internal static class InstallationSalt
{
    private const int Bytes = 16;

    public static async Task<byte[]> ReadAsync(Database database, CancellationToken cancellationToken) => Convert.FromBase64String(await database.WriteAsync(
        async transaction =>
        {
            await transaction.Connection!.ExecuteAsync(
                "INSERT INTO installation (name, value) VALUES ('session-secret-salt', @value) ON CONFLICT DO NOTHING", new { value = Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes)) }, transaction);
            return (await transaction.Connection!.ExecuteScalarAsync<string>("SELECT value FROM installation WHERE name = 'session-secret-salt'", transaction: transaction))!;
        },
        cancellationToken));
}
