namespace Quiver.Providers;

/// <summary>A row of the table, as both engines give it.</summary>
internal sealed class ProviderRow
{
    public const string Columns =
        "id AS Id, tenant AS Tenant, name AS Name, endpoint AS Endpoint, request_template AS RequestTemplate, response_path AS ResponsePath, "
        + "batch_size AS BatchSize, width AS Width, api_key AS ApiKey, version AS Version, created_at AS CreatedAt, updated_at AS UpdatedAt";

    public string Id { get; set; } = "";

    public string Tenant { get; set; } = "";

    public string Name { get; set; } = "";

    public string Endpoint { get; set; } = "";

    public string RequestTemplate { get; set; } = "";

    public string ResponsePath { get; set; } = "";

    public long? BatchSize { get; set; }

    public long? Width { get; set; }

    public string ApiKey { get; set; } = "";

    public long Version { get; set; }

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }
}
