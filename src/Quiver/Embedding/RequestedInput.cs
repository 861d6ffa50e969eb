using Quiver.Caching;
using Quiver.Diagnostics;

namespace Quiver.Embedding;

/// <summary>One distinct input of a request, from its key to its vector or its error. Equal inputs of a request share one.</summary>
/// <param name="key">In the tenant's own line.</param>
/// <param name="publicKey">In the line that tenants share, if the request may read and write it.</param>
internal sealed class RequestedInput(int index, int place, EmbeddingInput input, LineKey key, LineKey? publicKey = null)
{
    private float[]? _derived;

    /// <summary>Where it stands in the request, first.</summary>
    public int Index => index;

    /// <summary>Where it stands among the distinct inputs.</summary>
    public int Place => place;

    public EmbeddingInput Input => input;

    public CacheKey Key => key.Key;

    /// <summary>Where the tenant's own vector is kept.</summary>
    public LineKey Own => key;

    /// <summary>Where the vector is kept for all tenants; null where it is not.</summary>
    public LineKey? Public => publicKey;

    /// <summary>Its tokens, where it must be computed.</summary>
    public PreparedInput? Prepared { get; set; }

    public CacheEntry? Entry { get; private set; }

    public QuiverException? Error { get; private set; }

    public InputSource Source { get; private set; }

    public bool IsMissing => Entry is null && Error is null;

    /// <summary>Tokens to embed, and of the whole input; 0 where they are not known.</summary>
    public (int Embedded, int Full) Tokens => Entry is { } entry ? (entry.Tokens, entry.FullTokens) : (Prepared?.Tokens ?? 0, Prepared?.FullTokens ?? 0);

    /// <summary>The cache tier that had its vector; null where none did.</summary>
    public string? Tier { get; private set; }

    public void Find(CacheEntry entry, InputSource source, string? tier = null) => (Entry, Source, Tier) = (entry, source, tier);

    public void Fail(QuiverException error) => (Entry, Error) = (null, error);

    /// <summary>The vector in the form asked for; derived once, however often it is asked for.</summary>
    public ReadOnlySpan<float> Vector(VectorForm form)
    {
        if (Entry is null)
            return [];
        return form.IsBase(Entry.BaseVector.Length) ? Entry.BaseVector : _derived ??= form.Derive(Entry.BaseVector);
    }
}

/// <summary>Where a vector of an answer comes from. What quotas charge.</summary>
public enum InputSource
{
    /// <summary>Computed for this request.</summary>
    Computed,

    /// <summary>Found in the cache.</summary>
    Cached,

    /// <summary>Computed once for an equal input: of this request, or of another at the same time.</summary>
    Shared,

    /// <summary>Found in the line that tenants share; new to this one.</summary>
    Public,
}
