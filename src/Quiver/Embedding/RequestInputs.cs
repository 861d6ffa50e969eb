using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Limits;
using Quiver.Tokenization.OpenAi;

namespace Quiver.Embedding;

/// <summary>The inputs of a request, each with its cache key; those that are equal are one.</summary>
internal sealed class RequestInputs
{
    private readonly EmbeddingRequest _request;
    private readonly IEmbedder? _model;
    private readonly RequestedInput[] _byPosition;
    private readonly List<RequestedInput> _distinct;
    private readonly StoredElement _element;
    private readonly string _version;
    private CacheLine? _ofTexts;
    private CacheLine? _ofTokenIds;
    private CacheLine? _publicOfTexts;
    private CacheLine? _publicOfTokenIds;

    /// <param name="model">null where the request has a provider of its own.</param>
    /// <exception cref="QuiverException">There is no input, or one that a provider does not take.</exception>
    public RequestInputs(EmbeddingRequest request, IEmbedder? model, StoredElement element = StoredElement.Float32, string version = "")
    {
        if (request.Inputs.Count == 0)
            throw new QuiverException(ErrorKind.InvalidInput, "There is no input.") { Parameter = "input" };
        if (request.Provider is not null && (request.Prompt is { Length: > 0 } || request.Inputs.Any(input => input.Text is null)))
            throw new QuiverException(ErrorKind.InvalidInput, "This account's provider takes texts, without prompts.") { Parameter = "input" };

        _request = request;
        _model = model;
        (_element, _version) = (element, version);
        _byPosition = new RequestedInput[request.Inputs.Count];
        _distinct = new List<RequestedInput>(_byPosition.Length);
        Prompt = request.Prompt ?? (model?.DefaultPromptName is { } name ? model.Prompts[name] : "");
        var seen = _byPosition.Length > 1 ? new Dictionary<CacheKey, RequestedInput>(_byPosition.Length) : null;
        for (var i = 0; i < _byPosition.Length; i++)
            _byPosition[i] = Read(i, seen);
    }

    /// <summary>What stands in front of its texts.</summary>
    public string Prompt { get; }

    public IReadOnlyList<RequestedInput> Distinct => _distinct;

    /// <summary>Those that have neither a vector nor an error yet.</summary>
    public IEnumerable<RequestedInput> Missing => _distinct.Where(input => input.IsMissing);

    /// <summary>The input at each position of the request.</summary>
    public IReadOnlyList<RequestedInput> ByPosition => _byPosition;

    /// <summary>What there is to compute, and what not: an input that stands there twice is computed once, and one with an error is nothing.</summary>
    public RequestCost Cost()
    {
        var (hits, hitTokens) = (0, 0L);
        foreach (var input in _byPosition)
        {
            if (input.Error is not null)
                continue;
            hits++;
            hitTokens += input.Tokens.Embedded;
        }

        var (misses, missTokens) = (0, 0L);
        foreach (var input in _distinct)
        {
            if (!input.IsMissing)
                continue;
            misses++;
            missTokens += input.Tokens.Embedded;
        }

        return new RequestCost(hits - misses, misses, hitTokens - missTokens, missTokens);
    }

    private RequestedInput Read(int index, Dictionary<CacheKey, RequestedInput>? seen)
    {
        var input = _request.Inputs[index];
        QuiverException? error = null;
        if (input is { TokenIds: { } ids, Complete: false } && ModelDirectory.TakesOpenAiTokens(_request.Model))
            (input, error) = Decoded(ids, index);

        var key = KeyOf(input, shared: false);
        // What cannot be decoded has the key of an empty text, and is not one.
        if (error is null && seen is not null && seen.TryGetValue(key.Key, out var same))
            return same;
        var requested = new RequestedInput(index, _distinct.Count, input, key, IsShared ? KeyOf(input, shared: true) : null);
        if (error is not null)
            requested.Fail(error);
        else
            seen?.Add(key.Key, requested);
        _distinct.Add(requested);
        return requested;
    }

    /// <summary>What a client of OpenAI's means by its ids; the same numbers are other words in this model's vocabulary.</summary>
    private static (EmbeddingInput Input, QuiverException? Error) Decoded(int[] ids, int index)
    {
        foreach (var id in ids)
        {
            if (Cl100k.Shared.IsValid(id))
                continue;
            var problem = $"Token id {id} is not in OpenAI's cl100k vocabulary, which requests to this model name use.";
            return (new EmbeddingInput(""), new QuiverException(ErrorKind.InvalidInput, problem) { Parameter = "input", InputIndex = index });
        }

        return (new EmbeddingInput(Cl100k.Shared.Decode(ids)), null);
    }

    private bool IsShared => _request.Shared && _request.Provider is null && _model!.IsLocal;

    private LineKey KeyOf(EmbeddingInput input, bool shared)
    {
        var line = LineOf(input.TokenIds is not null, shared);
        var key = input.TokenIds is { } ids
            ? CacheKey.OfTokenIds(line.Tenant, line.Identity.Span, ids, input.Complete)
            : CacheKey.OfText(line.Tenant, line.Identity.Span, input.Text ?? "");
        return new LineKey(line, key);
    }

    private CacheLine LineOf(bool tokenIds, bool shared)
    {
        if (shared)
            return tokenIds ? _publicOfTokenIds ??= LineOf(true, false).Shared() : _publicOfTexts ??= LineOf(false, false).Shared();
        return tokenIds ? _ofTokenIds ??= Line("") : _ofTexts ??= Line(Prompt);
    }

    private CacheLine Line(string prompt)
    {
        if (_request.Provider is { } provider)
            return new CacheLine(_request.Tenant, "provider:" + provider.Name, new EmbeddingIdentity(provider, _element, _version).Digest, provider.Width);
        var identity = new EmbeddingIdentity(_model!, prompt, _request.LongInput, _request.TruncationSide, _element, _version);
        return new CacheLine(_request.Tenant, _model!.Name, identity.Digest, _model.Width);
    }
}
