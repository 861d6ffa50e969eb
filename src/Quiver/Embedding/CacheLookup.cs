using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding.Flights;

namespace Quiver.Embedding;

/// <summary>What a request finds in the cache, and what it leaves there beside what its computations do: first the tenant's own line, then the one tenants share, where the request opted in.</summary>
internal readonly struct CacheLookup(TieredCache cache, SingleFlight flights)
{
    /// <summary>Takes from memory what is there.</summary>
    /// <returns>Whether nothing is left to look for.</returns>
    public bool FindInMemory(RequestInputs inputs)
    {
        var misses = 0;
        foreach (var input in inputs.Distinct)
        {
            if (!input.IsMissing)
                continue;
            if (cache.TryFind(input.Key, out var entry))
                input.Find(entry, InputSource.Cached, cache.Memory.Name);
            else if (input.Public is { } line && cache.TryFind(line.Key, out entry))
                Adopt(input, entry, cache.Memory.Name);
            else
                misses++;
        }

        if (misses > 0 && !cache.HasTiersBelow)
            QuiverMeter.CacheMisses.Add(misses);
        return misses == 0;
    }

    /// <summary>Takes from the tiers below memory what is there, in one round for both lines. What is being computed is not looked for.</summary>
    /// <returns>Whether nothing is left to compute.</returns>
    public async ValueTask<bool> FindBelowAsync(RequestInputs inputs, CancellationToken cancellationToken)
    {
        if (!cache.HasTiersBelow)
            return false;
        var flying = flights;
        var wanted = inputs.Missing.Where(input => flying.Find(input.Key) is null).ToArray();
        LineKey[] keys = [.. wanted.Select(input => input.Own), .. wanted.Select(input => input.Public).OfType<LineKey>()];
        var found = new CacheEntry?[keys.Length];
        var tiers = new string?[keys.Length];
        await cache.FindBelowAsync(keys, found, tiers, cancellationToken);

        var publicAt = wanted.Length;
        for (var i = 0; i < wanted.Length; i++)
        {
            var shared = wanted[i].Public is null ? -1 : publicAt++;
            if (found[i] is { } own)
                wanted[i].Find(own, InputSource.Cached, tiers[i]);
            else if (shared >= 0 && found[shared] is { } entry)
                Adopt(wanted[i], entry, tiers[shared]);
        }

        var misses = inputs.Missing.Count();
        if (misses > 0)
            QuiverMeter.CacheMisses.Add(misses);
        return misses == 0;
    }

    /// <summary>Gives the shared line what was computed for this request, and the texts to a tier that keeps them.</summary>
    public void Keep(RequestInputs inputs, EmbeddingRequest request, bool keepTexts)
    {
        if (!request.Shared && !keepTexts)
            return;
        foreach (var input in inputs.Distinct)
        {
            if (input.Entry is not { } entry || input.Source is not (InputSource.Computed or InputSource.Shared))
                continue;
            if (input.Public is { } line)
                cache.Add(entry.In(line));
            if (keepTexts && input.Input.Text is { } text)
                cache.KeepText(entry, text);
        }
    }

    /// <summary>Answers from the shared line. From now on the vector is the tenant's own, too.</summary>
    private void Adopt(RequestedInput input, CacheEntry shared, string? tier)
    {
        var own = shared.In(input.Own);
        cache.Add(own);
        input.Find(own, InputSource.Public, tier);
    }
}
