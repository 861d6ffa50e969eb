using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Limits;

namespace Quiver.Embedding;

/// <summary>Where the time of one request went. Inputs found in the cache cost none of it.</summary>
/// <param name="Tokenization">From texts to ids, all inputs together.</param>
/// <param name="Queue">From the queue to a runner: the longest wait of any input. Of an input that another request had queued already, its wait.</param>
/// <param name="Inference">On a runner: the longest of any input.</param>
public readonly record struct EmbeddingTimes(TimeSpan Tokenization, TimeSpan Queue, TimeSpan Inference);

/// <summary>The vectors of one request, in the order of its inputs.</summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class EmbeddingResult
{
    private static readonly KeyValuePair<string, object?>[] SourceTags = [new("source", "computed"), new("source", "cached"), new("source", "shared"), new("source", "public")];

    private readonly IReadOnlyList<RequestedInput> _inputs;
    private readonly VectorForm _form;
    private readonly float? _codeLimit;

    /// <param name="inputs">One per position, each with its vector or its error.</param>
    /// <param name="codeLimit">The model's <see cref="IEmbedder.CodeLimit"/>.</param>
    internal EmbeddingResult(string model, VectorForm form, IReadOnlyList<RequestedInput> inputs, float? codeLimit)
    {
        _codeLimit = codeLimit;
        Model = model;
        _form = form;
        _inputs = inputs;
        for (var i = 0; i < inputs.Count; i++)
            TokenCount += Tokens(i);
    }

    /// <summary>The name the request asked for.</summary>
    public string Model { get; }

    public int Count => _inputs.Count;

    /// <summary>Elements of each vector.</summary>
    public int Dimensions => _form.Dimensions;

    /// <summary>Tokens that were embedded in all, special tokens included and cut ones not; of inputs found in the cache too.</summary>
    public long TokenCount { get; }

    public EmbeddingTimes Times { get; init; }

    /// <summary>What the request asked the elements to be.</summary>
    public ElementType ElementType => _form.Type;

    /// <summary>The vector of one input as floats, whatever <see cref="ElementType"/> is; empty where <see cref="Error"/> says why there is none.</summary>
    public ReadOnlySpan<float> Vector(int index) => _inputs[index].Vector(_form);

    /// <summary>
    /// The vector of one input in another type than float: a byte per element, or per eight of them, signed types in two's complement; empty
    /// where <see cref="Error"/> says why there is none.
    /// </summary>
    public ReadOnlySpan<byte> Codes(int index) =>
        _inputs[index].Entry is { } entry ? VectorCodes.Of(Vector(index), _form.Type, entry.BaseVector.Length, _codeLimit) : [];

    /// <summary>Tokens of one input that were embedded, special tokens included; 0 where it has an error.</summary>
    public int Tokens(int index) => _inputs[index].Entry?.Tokens ?? 0;

    /// <summary>Tokens of one input before anything was cut, special tokens included; 0 where it has an error.</summary>
    public int FullTokens(int index) => _inputs[index].Entry?.FullTokens ?? 0;

    public bool Truncated(int index) => FullTokens(index) > Tokens(index);

    /// <summary>
    /// Whether the tenant had the vector already. One found in the line that tenants share is not: what others asked for is nobody else's business.
    /// </summary>
    public bool Cached(int index) => Source(index) == InputSource.Cached;

    /// <summary>Where the vector comes from. Of equal inputs of one request the first has the source, and the others share it.</summary>
    public InputSource Source(int index)
    {
        var input = _inputs[index];
        return input.Source == InputSource.Computed && input.Index != index ? InputSource.Shared : input.Source;
    }

    /// <summary>The cache tier that a vector was found in ("memory", "redis", "database"); null where it was computed.</summary>
    public string? Tier(int index) => _inputs[index].Tier;

    /// <summary>Why an input has no vector, or null. Only where the request asked for <see cref="EmbeddingRequest.ErrorsPerInput"/>.</summary>
    public QuiverException? Error(int index) => _inputs[index].Error;

    /// <summary>What was computed for the request, and what was at hand: as it was charged.</summary>
    internal RequestCost Cost()
    {
        var cost = new RequestCost();
        for (var i = 0; i < Count; i++)
        {
            var input = _inputs[i];
            if (input.Error is not null)
                continue;
            var isMiss = input.Index == i && (input.Source is InputSource.Computed or InputSource.Shared);
            cost = isMiss
                ? cost with { Misses = cost.Misses + 1, MissTokens = cost.MissTokens + Tokens(i) }
                : cost with { Hits = cost.Hits + 1, HitTokens = cost.HitTokens + Tokens(i) };
        }

        return cost;
    }

    /// <summary>
    /// The vector of one input as it stands in a JSON answer, if the cache keeps its text: that of inputs asked for again and again. Empty
    /// where the caller writes <see cref="Vector"/> itself.
    /// </summary>
    internal ReadOnlySpan<byte> ReadyText(int index, VectorTextKind kind)
    {
        if (_inputs[index] is not { Entry: { HitTwice: true } entry } || !_form.IsWholeUnit(entry.BaseVector.Length))
            return [];
        if (entry.Text(kind) is { } kept)
            return kept;
        var text = VectorText.Of(Vector(index), kind);
        entry.OfferText(kind, text);
        return text;
    }

    /// <summary>Adds the tokens to the counter, by where their vectors come from.</summary>
    internal void CountTokens()
    {
        if (!QuiverMeter.Tokens.Enabled)
            return;
        Span<long> tokens = stackalloc long[SourceTags.Length];
        for (var i = 0; i < Count; i++)
            tokens[(int)Source(i)] += Tokens(i);
        for (var source = 0; source < tokens.Length; source++)
        {
            if (tokens[source] > 0)
                QuiverMeter.Tokens.Add(tokens[source], SourceTags[source]);
        }
    }
}
