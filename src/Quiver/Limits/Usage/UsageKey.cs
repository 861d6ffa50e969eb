namespace Quiver.Limits.Usage;

/// <summary>Whose use, of what, when.</summary>
/// <param name="Tenant">The empty string is the single user.</param>
/// <param name="Key">The key's id; empty where no key asked.</param>
/// <param name="Model">As requests name it.</param>
/// <param name="Day">In UTC.</param>
internal readonly record struct UsageKey(string Tenant, string Key, string Model, DateOnly Day);
