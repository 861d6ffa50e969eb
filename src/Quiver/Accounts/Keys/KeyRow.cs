namespace Quiver.Accounts.Keys;

/// <summary>A row of <c>api_keys</c>.</summary>
internal sealed class KeyRow
{
    public const string Columns =
        "id, user_id AS UserId, name, prefix, hash, scopes, created_at AS CreatedAt, expires_at AS ExpiresAt, revoked_at AS RevokedAt, last_used_at AS LastUsedAt, usage_count AS UsageCount";

    public string Id { get; set; } = "";

    public string UserId { get; set; } = "";

    public string Name { get; set; } = "";

    public string Prefix { get; set; } = "";

    public byte[] Hash { get; set; } = [];

    public string Scopes { get; set; } = "";

    public long CreatedAt { get; set; }

    public long? ExpiresAt { get; set; }

    public long? RevokedAt { get; set; }

    public long? LastUsedAt { get; set; }

    public long UsageCount { get; set; }

    public KeyInfo ToInfo() => new(
        Id, UserId, Name, Prefix, ScopeNames.Split(Scopes), DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt), Time(ExpiresAt), Time(RevokedAt), Time(LastUsedAt), UsageCount);

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
