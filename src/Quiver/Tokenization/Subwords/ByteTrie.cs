namespace Quiver.Tokenization.Subwords;

/// <summary>
/// A set of byte strings with a value each, laid out breadth first: a node's children are neighbours, in order of their byte. Built once,
/// immutable. Construction and look-up are linear in the bytes, whatever they are.
/// </summary>
internal sealed class ByteTrie
{
    internal const int None = -1;

    // Node i has the children _firstChild[i] up to _firstChild[i + 1]; _labels[i] is the byte on the way to it.
    private readonly int[] _firstChild;
    private readonly byte[] _labels;
    private readonly int[] _values;
    private readonly int[] _rootChildren = new int[256];

    /// <remarks>Made by <see cref="ByteTrieBuilder"/>.</remarks>
    internal ByteTrie(int[] firstChild, byte[] labels, int[] values)
    {
        _firstChild = firstChild;
        _labels = labels;
        _values = values;
        Array.Fill(_rootChildren, None);
        for (var child = _firstChild[0]; child < _firstChild[1]; child++)
            _rootChildren[_labels[child]] = child;
    }

    /// <param name="entries">Distinct, not empty; values of 0 and more.</param>
    public static ByteTrie Build(IEnumerable<(byte[] Key, int Value)> entries)
    {
        var builder = new ByteTrieBuilder();
        foreach (var (key, value) in entries)
            builder.Add(key, value);
        return builder.Build();
    }

    /// <summary>The node a byte leads to, or −1. The root is 0.</summary>
    public int Step(int node, byte label)
    {
        if (node == 0)
            return _rootChildren[label];
        var first = _firstChild[node];
        var count = _firstChild[node + 1] - first;
        if (count == 0)
            return None;
        var index = _labels.AsSpan(first, count).IndexOf(label);
        return index < 0 ? None : first + index;
    }

    /// <summary>The value of the string that ends in this node, or −1.</summary>
    public int ValueOf(int node) => _values[node];

    public bool TryMatchLongest(ReadOnlySpan<byte> text, out int length, out int value)
    {
        length = 0;
        value = None;
        var node = 0;
        for (var i = 0; i < text.Length; i++)
        {
            node = Step(node, text[i]);
            if (node < 0)
                break;
            if (_values[node] < 0)
                continue;
            value = _values[node];
            length = i + 1;
        }

        return length > 0;
    }
}
