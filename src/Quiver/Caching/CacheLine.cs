using System.Security.Cryptography;

namespace Quiver.Caching;

/// <summary>The vectors of one tenant and one identity: what is placed, counted, cleared and searched together.</summary>
/// <remarks>Immutable. Two lines are equal if tenant and identity are; names of models only say what to call them.</remarks>
/// <param name="tenant">Whose it is; null for the line that tenants share.</param>
/// <param name="model">The name of the model, as lists show it.</param>
/// <param name="identity">[32] What decides the bits of a vector beside its input. Not copied: it must not change.</param>
/// <param name="width">Elements of each vector.</param>
internal sealed class CacheLine(string? tenant, string model, ReadOnlyMemory<byte> identity, int width) : IEquatable<CacheLine>
{
    private const int TagBytes = 8;

    private string? _tag;

    public string? Tenant => tenant;

    public string Model => model;

    public ReadOnlyMemory<byte> Identity => identity;

    public int Width => width;

    /// <summary>What names the line to stores that know keys only: "tenant:model:identity", in hexadecimal digits of digests.</summary>
    public string Tag => _tag ??= $"{TenantTag(tenant)}:{ModelTag(model)}:{Convert.ToHexStringLower(identity.Span[..Math.Min(TagBytes, identity.Length)])}";

    /// <summary>The first part of the <see cref="Tag"/> of every line of a tenant.</summary>
    public static string TenantTag(string? tenant) => tenant is null ? "shared" : DigestOf(tenant);

    /// <summary>The second part of the <see cref="Tag"/> of every line of a model.</summary>
    public static string ModelTag(string model) => DigestOf(model);

    /// <summary>The line of all tenants that holds the same vectors.</summary>
    public CacheLine Shared() => new(null, model, identity, width);

    public bool Equals(CacheLine? other) =>
        ReferenceEquals(this, other)
        || (other is not null && string.Equals(tenant, other.Tenant, StringComparison.Ordinal) && identity.Span.SequenceEqual(other.Identity.Span));

    public override bool Equals(object? obj) => Equals(obj as CacheLine);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(tenant, StringComparer.Ordinal);
        hash.AddBytes(identity.Span);
        return hash.ToHashCode();
    }

    private static string DigestOf(string name)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name), digest);
        return Convert.ToHexStringLower(digest[..TagBytes]);
    }
}

/// <summary>A key with the line it belongs to: what a tier outside this process needs to place an entry and to check it.</summary>
internal readonly record struct LineKey(CacheLine Line, CacheKey Key);
