using System.Security.Cryptography;
using Dapper;
using Quiver.Diagnostics;
using Quiver.Secrets;
using Quiver.Storage;

namespace Quiver.Providers;

/// <summary>Tenants' providers in the database: one each. Every question names the tenant.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ProviderStore(Database database, SecretBox secrets, TimeProvider time)
{
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>.</exception>
    public async Task<StoredProvider?> FindAsync(string tenant, CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(
            connection => connection.QuerySingleOrDefaultAsync<ProviderRow>($"SELECT {ProviderRow.Columns} FROM providers WHERE tenant = @tenant", new { tenant }),
            cancellationToken);
        return row is null ? null : Read(row);
    }

    /// <summary>Saves a tenant's provider in place of the one there was, if any, whose id it keeps.</summary>
    /// <param name="width">What a trial has shown; null where there was none. Where the vectors stay the same, the known width stays.</param>
    /// <returns>Its id.</returns>
    public Task<string> SaveAsync(string tenant, ProviderDefinition definition, ProviderKey key, int? width, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var row = new ProviderRow
        {
            Id = NewId(),
            Tenant = tenant,
            Name = definition.Name,
            Endpoint = definition.Endpoint.AbsoluteUri,
            RequestTemplate = definition.Template.Text,
            ResponsePath = definition.ResponsePath.Text,
            BatchSize = definition.BatchSize,
            Width = width,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return database.WriteAsync(
            async transaction =>
            {
                var connection = transaction.Connection!;
                await connection.ExecuteAsync(
                    """
                    INSERT INTO providers (id, tenant, name, endpoint, request_template, response_path, batch_size, width, api_key, version, created_at, updated_at)
                    VALUES (@Id, @Tenant, @Name, @Endpoint, @RequestTemplate, @ResponsePath, @BatchSize, @Width, '', 0, @CreatedAt, @UpdatedAt)
                    ON CONFLICT (tenant) DO NOTHING
                    """,
                    row,
                    transaction);
                // The key is sealed with the id it will stand beside, which may be an older one.
                var id = await connection.QuerySingleAsync<string>("SELECT id FROM providers WHERE tenant = @Tenant", row, transaction);
                await connection.ExecuteAsync(
                    """
                    UPDATE providers
                    SET width = CASE WHEN CAST(@Width AS BIGINT) IS NOT NULL THEN @Width
                                     WHEN endpoint = @Endpoint AND request_template = @RequestTemplate AND response_path = @ResponsePath THEN width END,
                        name = @Name, endpoint = @Endpoint, request_template = @RequestTemplate, response_path = @ResponsePath, batch_size = @BatchSize,
                        api_key = @Sealed, version = version + 1, updated_at = @UpdatedAt
                    WHERE id = @id AND tenant = @Tenant
                    """,
                    new
                    {
                        id,
                        row.Tenant,
                        row.Name,
                        row.Endpoint,
                        row.RequestTemplate,
                        row.ResponsePath,
                        row.BatchSize,
                        row.Width,
                        row.UpdatedAt,
                        Sealed = secrets.Seal(new SecretPlace(tenant, id), key.Reveal()),
                    },
                    transaction);
                return id;
            },
            cancellationToken);
    }

    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(string tenant, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync("DELETE FROM providers WHERE tenant = @tenant", new { tenant }, transaction), cancellationToken) > 0;

    /// <summary>Keeps what the provider's first answer has shown, unless it was changed meanwhile.</summary>
    public Task KeepWidthAsync(StoredProvider provider, int width, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "UPDATE providers SET width = @width WHERE id = @Id AND tenant = @Tenant AND version = @Version AND width IS NULL",
                new { width, provider.Id, provider.Tenant, provider.Version },
                transaction),
            cancellationToken);

    /// <exception cref="QuiverException"><see cref="ErrorKind.ProviderFailed"/>: no key of the ring opens it, as after a restore without the encryption key.</exception>
    public ProviderKey Open(StoredProvider provider) =>
        secrets.TryOpen(provider.Place, provider.SealedKey, out var key)
            ? new ProviderKey(key)
            : throw new QuiverException(ErrorKind.ProviderFailed, $"The key of {provider.Id} cannot be opened with the encryption keys of this server. Save the provider again.");

    private static string NewId() => "prov_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    /// <remarks>What was saved is taken as it is: whether the endpoint is still allowed is asked before each call.</remarks>
    private static StoredProvider Read(ProviderRow row) => new(
        row.Id,
        row.Tenant,
        ProviderDefinition.OfStored(row.Name, row.Endpoint, row.RequestTemplate, row.ResponsePath, (int?)row.BatchSize),
        row.Version,
        (int?)row.Width,
        row.ApiKey,
        DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
        DateTimeOffset.FromUnixTimeMilliseconds(row.UpdatedAt));
}
