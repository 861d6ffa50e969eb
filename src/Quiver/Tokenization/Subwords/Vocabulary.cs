namespace Quiver.Tokenization.Subwords;

/// <summary>Tokens by their UTF-8 bytes, and ids back to tokens. Immutable; a look-up allocates nothing.</summary>
internal sealed class Vocabulary
{
    private const int Free = -1;

    private readonly byte[][] _tokens;
    private readonly int[] _ids;
    private readonly int[] _slots;
    private readonly int[] _entryById;

    /// <param name="tokens">Distinct, with ids of 0 and more that need not be.</param>
    public Vocabulary(IReadOnlyList<(byte[] Token, int Id)> tokens)
    {
        _tokens = new byte[tokens.Count][];
        _ids = new int[tokens.Count];
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, tokens.Count * 2))];
        Array.Fill(_slots, Free);
        foreach (var (_, id) in tokens)
            IdLimit = Math.Max(IdLimit, id + 1);
        _entryById = new int[IdLimit];
        Array.Fill(_entryById, Free);
        for (var i = 0; i < tokens.Count; i++)
        {
            _tokens[i] = tokens[i].Token;
            _ids[i] = tokens[i].Id;
            _entryById[_ids[i]] = i;
            _slots[FindSlot(_tokens[i])] = i;
        }
    }

    public int Count => _tokens.Length;

    /// <summary>One more than the largest id.</summary>
    public int IdLimit { get; }

    public IEnumerable<(byte[] Token, int Id)> Entries
    {
        get
        {
            for (var i = 0; i < _tokens.Length; i++)
                yield return (_tokens[i], _ids[i]);
        }
    }

    /// <summary>The id, or −1.</summary>
    public int Find(ReadOnlySpan<byte> token)
    {
        var entry = _slots[FindSlot(token)];
        return entry == Free ? -1 : _ids[entry];
    }

    public int Find(string token) => Find(System.Text.Encoding.UTF8.GetBytes(token));

    /// <summary>Whether a token has this id.</summary>
    public bool Contains(int id) => (uint)id < (uint)_entryById.Length && _entryById[id] != Free;

    /// <summary>The bytes of a token that there is.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => _tokens[_entryById[id]];

    public string? TokenOf(int id) => Contains(id) ? System.Text.Encoding.UTF8.GetString(BytesOf(id)) : null;

    private int FindSlot(ReadOnlySpan<byte> token)
    {
        var mask = _slots.Length - 1;
        var slot = (int)ByteHash.Compute(token) & mask;
        while (_slots[slot] != Free && !token.SequenceEqual(_tokens[_slots[slot]]))
            slot = (slot + 1) & mask;
        return slot;
    }
}
