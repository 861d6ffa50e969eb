namespace Quiver.Caching;

/// <summary>One cached vector with the facts that an answer needs, so that a hit is answered without the tokenizer.</summary>
/// <remarks>
/// Thread-safe. The vector never changes. What eviction keeps here is written under the lock of the <see cref="MemoryTier"/> that holds the
/// entry, but for the counts of hits: a lost update there costs nothing. An entry is added to one memory tier, once.
/// </remarks>
internal sealed class CacheEntry
{
    /// <summary>Hits that eviction tells apart (two bits, as S3-FIFO has it).</summary>
    private const byte MaxFrequency = 3;

    /// <summary>
    /// Bytes beside vector and texts: this object, the header of the vector's array, the dictionary's node and slot, the place in a queue.
    /// A test in MemoryTierTests compares it with the heap.
    /// </summary>
    private const int OverheadBytes = 296;

    /// <summary>What an array takes beside its elements.</summary>
    internal const int ArrayBytes = 24;

    private readonly float[] _baseVector;
    private byte[]? _numbers;
    private byte[]? _base64;
    private byte _frequency;
    private bool _hitTwice;
    private bool _hitOnce;

    public CacheEntry(LineKey key, float[] baseVector, int tokens, int fullTokens)
    {
        Key = key.Key;
        Line = key.Line;
        _baseVector = baseVector;
        Tokens = tokens;
        FullTokens = fullTokens;
        Place = new LinkedListNode<CacheEntry>(this);
    }

    public CacheKey Key { get; }

    /// <summary>Where it belongs. A tier puts an equal one here that its entries have in common.</summary>
    public CacheLine Line { get; internal set; }

    /// <summary>When it was computed, in Unix milliseconds; 0 until a cache first keeps it.</summary>
    public long CreatedAt { get; set; }

    /// <summary>The full-width vector before normalization.</summary>
    public ReadOnlySpan<float> BaseVector => _baseVector;

    /// <summary>Tokens that were embedded, special tokens included.</summary>
    public int Tokens { get; }

    /// <summary>Tokens of the whole input before anything was cut, special tokens included.</summary>
    public int FullTokens { get; }

    /// <summary>Whether it was found twice or more: then its text is worth keeping.</summary>
    public bool HitTwice => _hitTwice;

    /// <summary>The queue it stands in, and where. The tier's, as are the members below.</summary>
    internal LinkedListNode<CacheEntry> Place { get; }

    /// <summary>Its place among the entries that hold texts; null while it holds none.</summary>
    internal LinkedListNode<CacheEntry>? TextPlace { get; set; }

    /// <summary>The part of a memory tier that holds it, or null.</summary>
    internal TenantShare? Share { get; set; }

    /// <summary>From when on it is not found any more, as a timestamp of the tier's clock.</summary>
    internal long ExpiresAt { get; set; } = long.MaxValue;

    internal byte Frequency
    {
        get => _frequency;
        set => _frequency = value;
    }

    /// <summary>Whether a text was asked for since eviction last looked.</summary>
    internal bool TextUsed { get; set; }

    internal int VectorBytes => OverheadBytes + (_baseVector.Length * sizeof(float));

    internal int TextBytes => SizeOf(_numbers) + SizeOf(_base64);

    /// <summary>The kept text of the vector at full width and unit length, or null.</summary>
    public byte[]? Text(VectorTextKind kind)
    {
        var text = Volatile.Read(ref Slot(kind));
        if (text is not null && !TextUsed)
            TextUsed = true;
        return text;
    }

    /// <summary>Offers a text of the vector at full width and unit length. It is kept while the tier that holds the entry has room for it.</summary>
    public void OfferText(VectorTextKind kind, byte[] text) => Share?.Tier.KeepText(this, kind, text);

    /// <summary>The same vector as an entry of another line. The elements are not copied.</summary>
    public CacheEntry In(LineKey other) => new(other, _baseVector, Tokens, FullTokens) { CreatedAt = CreatedAt };

    /// <summary>Counts a hit. After a few it only reads, so that cores do not fight for a popular entry.</summary>
    internal void Touch()
    {
        if (_frequency < MaxFrequency)
            _frequency++;
        if (_hitTwice)
            return;
        _hitTwice = _hitOnce;
        _hitOnce = true;
    }

    internal void SetText(VectorTextKind kind, byte[]? text) => Volatile.Write(ref Slot(kind), text);

    private static int SizeOf(byte[]? text) => text is null ? 0 : text.Length + ArrayBytes;

    private ref byte[]? Slot(VectorTextKind kind)
    {
        if (kind == VectorTextKind.Numbers)
            return ref _numbers;
        return ref _base64;
    }
}

/// <summary>How a vector is spelled in a JSON answer.</summary>
internal enum VectorTextKind
{
    /// <summary>An array of numbers, each of which reads back to the same float32.</summary>
    Numbers,

    /// <summary>A string: base64 of the little-endian float32 elements.</summary>
    Base64,
}
