namespace Quiver.Caching;

/// <summary>Which tenant takes the most: a binary heap that a tenant's change of size moves it in, without an allocation.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="slot">Which of <see cref="TenantShare.HeapPlaces"/> is this heap's.</param>
/// <param name="size">What is compared.</param>
internal sealed class TenantHeap(int slot, Func<TenantShare, long> size)
{
    private readonly List<TenantShare> _shares = [];

    /// <summary>The tenant of the largest size. There must be one.</summary>
    public TenantShare Largest => _shares[0];

    public int Count => _shares.Count;

    public void Add(TenantShare share)
    {
        _shares.Add(share);
        share.HeapPlaces[slot] = _shares.Count - 1;
        Update(share);
    }

    public void Remove(TenantShare share)
    {
        var place = share.HeapPlaces[slot];
        var last = _shares[^1];
        Put(last, place);
        _shares.RemoveAt(_shares.Count - 1);
        share.HeapPlaces[slot] = -1;
        if (last != share)
            Update(last);
    }

    /// <summary>Its size has changed.</summary>
    public void Update(TenantShare share)
    {
        var place = share.HeapPlaces[slot];
        for (var parent = (place - 1) / 2; place > 0 && size(share) > size(_shares[parent]); place = parent, parent = (place - 1) / 2)
            Put(_shares[parent], place);
        for (var child = LargerChild(place); child < _shares.Count && size(_shares[child]) > size(share); place = child, child = LargerChild(place))
            Put(_shares[child], place);
        Put(share, place);
    }

    private int LargerChild(int place)
    {
        var left = (2 * place) + 1;
        return left + 1 < _shares.Count && size(_shares[left + 1]) > size(_shares[left]) ? left + 1 : left;
    }

    private void Put(TenantShare share, int place)
    {
        _shares[place] = share;
        share.HeapPlaces[slot] = place;
    }
}
