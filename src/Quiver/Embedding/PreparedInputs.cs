using Quiver.Diagnostics;

namespace Quiver.Embedding;

/// <summary>The inputs of a request after tokenization: those that can be embedded, in their order, and the errors of the others.</summary>
internal sealed class PreparedInputs(int count)
{
    private readonly int[] _positions = new int[count];
    private readonly List<TokenizedInput> _valid = new(count);
    private QuiverException?[]? _errors;

    public int Count => count;

    public IReadOnlyList<TokenizedInput> Valid => _valid;

    /// <summary>Where a valid input stands in <see cref="Valid"/>.</summary>
    public int Position(int index) => _positions[index];

    public TokenizedInput Input(int index) => _valid[_positions[index]];

    public QuiverException? Error(int index) => _errors?[index];

    public void Add(int index, TokenizedInput input)
    {
        _positions[index] = _valid.Count;
        _valid.Add(input);
    }

    public void Add(int index, QuiverException error) => (_errors ??= new QuiverException?[count])[index] = error;
}
