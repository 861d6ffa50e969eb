using System.Security.Cryptography;
using Dapper;
using Quiver.Storage;

namespace Quiver.Accounts;

/// <summary>Random bytes of an installation, made when they are first asked for, and the same for all its replicas from then on. No secret.</summary>
internal static class InstallationSalt
{
    private const int Bytes = 16;

    public static async Task<byte[]> ReadAsync(Database database, CancellationToken cancellationToken) => Convert.FromHexString(await database.WriteAsync(
        async transaction =>
        {
            await transaction.Connection!.ExecuteAsync(
                "INSERT INTO installation (name, value) VALUES ('salt', @value) ON CONFLICT DO NOTHING", new { value = RandomNumberGenerator.GetHexString(2 * Bytes) }, transaction);
            return (await transaction.Connection!.ExecuteScalarAsync<string>("SELECT value FROM installation WHERE name = 'salt'", transaction: transaction))!;
        },
        cancellationToken));
}
