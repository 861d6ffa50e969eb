namespace Quiver.Accounts.Keys;

/// <summary>What may be told of a key.</summary>
/// <param name="Prefix">Its first characters.</param>
/// <param name="LastUsedAt">Up to a few seconds behind, as is <paramref name="UsageCount"/>.</param>
internal sealed record KeyInfo(
    string Id,
    string UserId,
    string Name,
    string Prefix,
    Scopes Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt,
    long UsageCount);

/// <summary>A key that was just made.</summary>
/// <param name="Key">Its text, which is kept nowhere: shown once.</param>
internal sealed record NewKey(string Key, KeyInfo Info);

/// <summary>A key to be made.</summary>
/// <param name="Prefix">One of <see cref="ApiKey.Prefixes"/>: the dialect's that makes it.</param>
/// <param name="Name">What its owner calls it; may be empty.</param>
/// <param name="Lifetime">null for good.</param>
internal sealed record KeyRequest(string Prefix, string Name, Scopes Scopes, TimeSpan? Lifetime = null);
