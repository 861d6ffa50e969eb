using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding.Flights;
using Quiver.Embedding.Scheduling;
using Quiver.Encoding;

namespace Quiver.Embedding;

/// <summary>Texts in, vectors out: from the cache, or from a computation that others may wait for too.</summary>
/// <remarks>
/// Thread-safe. The models belong to the caller and must outlive the service. The path of a request: keys, duplicates aside → cache → flights
/// under way → tokens of the rest, limits → the scheduler's queue → vectors, each into the cache as it comes → the form asked for.
/// </remarks>
public sealed class EmbeddingService : IDisposable, IAsyncDisposable
{
    private readonly EmbeddingServiceOptions _options;
    private readonly TimeProvider _time;
    private readonly Scheduler _scheduler;
    private readonly SemaphoreSlim _largeRequests;
    private readonly InputPreparation _preparation;
    private readonly HealthMonitor _monitor;

    public EmbeddingService(ModelDirectory models, EmbeddingServiceOptions? options = null, TimeProvider? time = null)
        : this(models, options ??= new EmbeddingServiceOptions(), new TieredCache(new TieredCacheOptions { Memory = options.Cache }, [], time), time)
    {
    }

    /// <param name="cache">The service's own from now on.</param>
    internal EmbeddingService(ModelDirectory models, EmbeddingServiceOptions options, TieredCache cache, TimeProvider? time = null)
    {
        Models = models;
        _options = options;
        _time = time ?? TimeProvider.System;
        _scheduler = new Scheduler(_options.Scheduler, _time);
        Cache = cache;
        Flights = new SingleFlight(Cache);
        _largeRequests = new SemaphoreSlim(_options.Scheduler.Runners);
        _preparation = new InputPreparation(_scheduler, Flights, _largeRequests);
        _monitor = new HealthMonitor(models.Models, _scheduler, _options.SelfTestInterval, _time);
    }

    public ModelDirectory Models { get; }

    /// <summary>What waits and what runs at this moment.</summary>
    public SchedulerCounts Counts => _scheduler.Counts;

    /// <summary>The most tokens of one request, special tokens included, after inputs were cut.</summary>
    public int MaxRequestTokens => _options.MaxRequestTokens;

    /// <summary>Whether the models compute what they should, as of their last self-test; before the first they are taken to.</summary>
    public EmbeddingHealth Health => _monitor.Health;

    internal TieredCache Cache { get; }

    internal SingleFlight Flights { get; }

    /// <summary>Embeds the inputs of one request; a text's vector has the same bits whatever else is asked at the same time, cached or not.</summary>
    /// <exception cref="QuiverException">
    /// The request is at fault (<see cref="ErrorKind.InvalidInput"/>, <see cref="ErrorKind.InputTooLong"/>,
    /// <see cref="ErrorKind.RequestTooLarge"/>, <see cref="ErrorKind.ModelNotFound"/>), the queue is full
    /// (<see cref="ErrorKind.Overloaded"/>), a limit of the caller's is used up (<see cref="ErrorKind.QuotaExceeded"/>), the service is closed (<see cref="ErrorKind.Unavailable"/>), or the model failed
    /// (<see cref="ErrorKind.Internal"/>).
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; texts that nobody else waits for are dropped.</exception>
    public async Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken)
    {
        if (request.Provider is { } provider)
            return await EmbedRemotelyAsync(request, provider, cancellationToken);
        var model = Models.Get(request.Model);
        var form = VectorForm.Of(request, model.Width);
        var inputs = new RequestInputs(request, model, Cache.Element, _options.CacheVersion);
        var lookup = new CacheLookup(Cache, Flights);
        var tokenization = TimeSpan.Zero;
        if (!lookup.FindInMemory(inputs) && !await lookup.FindBelowAsync(inputs, cancellationToken))
        {
            if (request.Uncached is { } refusal)
                throw refusal;
            var start = _time.GetTimestamp();
            await _preparation.PrepareAsync(inputs, request, model, cancellationToken);
            tokenization = _time.GetElapsedTime(start);
        }

        InputPreparation.RequireWithinLimits(inputs, request, model, _options.MaxRequestTokens);
        await ChargeAsync(inputs, request, cancellationToken);
        var times = inputs.Missing.Any() ? await ComputeAsync(inputs, request, new RunnerQueue(model, _scheduler, request), cancellationToken) : default;
        lookup.Keep(inputs, request, request.KeepTexts || _options.KeepTexts);
        var result = new EmbeddingResult(request.Model, form, inputs.ByPosition, model.CodeLimit) { Times = times with { Tokenization = tokenization } };
        result.CountTokens();
        return result;
    }

    /// <summary>
    /// Computes the last hidden states of every token of the inputs, before pooling. They are not cached. Dimensions, normalization and errors
    /// per input do not apply, and a long input is refused rather than averaged.
    /// </summary>
    /// <inheritdoc cref="EmbedAsync"/>
    public async Task<TokenVectors> EmbedTokensAsync(EmbeddingRequest request, CancellationToken cancellationToken)
    {
        request = request with { ErrorsPerInput = false, LongInput = request.LongInput == LongInput.Mean ? LongInput.Refuse : request.LongInput };
        var model = Models.Get(request.Model);
        if (request.Uncached is { } refusal)
            throw refusal;
        var inputs = new RequestInputs(request, model);
        var start = _time.GetTimestamp();
        await _preparation.PrepareAsync(inputs, request, model, cancellationToken);
        var tokenization = _time.GetElapsedTime(start);
        InputPreparation.RequireWithinLimits(inputs, request, model, _options.MaxTokenVectors);

        await ChargeAsync(inputs, request, cancellationToken);
        var vectors = new float[inputs.Distinct.Count][];
        var computation = new RequestComputation(
            [.. inputs.Distinct.Select(input => input.Prepared!.Windows.Single())],
            ScheduledOutput.TokenVectors,
            (text, states) =>
            {
                vectors[text] = states.ToArray();
                return double.IsFinite(UnitLength.SumOfSquares(states));
            });
        var times = await computation.RunAsync(_scheduler, texts => new ScheduledWork(model, texts, request.Caller, request.Bulk), cancellationToken);
        return new TokenVectors(request.Model, inputs, vectors, model.TokenWidth) { Times = times with { Tokenization = tokenization } };
    }

    /// <summary>
    /// The tenant's own cached vectors that are nearest to one: exactly, by looking at all that memory and the database tier hold of his for this model
    /// and prompt.
    /// </summary>
    /// <exception cref="QuiverException">
    /// <see cref="ErrorKind.ModelNotFound"/>; <see cref="ErrorKind.InvalidInput"/>: the query is not as wide as the model, or not finite; <see cref="ErrorKind.Unavailable"/>: the database is away.
    /// </exception>
    public Task<IReadOnlyList<CacheMatch>> SearchCacheAsync(CacheSearch search, CancellationToken cancellationToken)
    {
        var line = LineOf(search);
        if (search.Query.Length != line.Width)
            throw new QuiverException(ErrorKind.InvalidInput, $"The query has {search.Query.Length} elements; the model's vectors have {line.Width}.") { Parameter = "query" };
        if (!double.IsFinite(UnitLength.SumOfSquares(search.Query.Span)))
            throw new QuiverException(ErrorKind.InvalidInput, "The query is not finite.") { Parameter = "query" };
        return Cache.SearchAsync(line, new NearestEntries(search.Query, search.Count, search.MinScore), cancellationToken);
    }

    /// <summary>Runs the self-test of every model now, past the cache, and says how it ended.</summary>
    public Task<EmbeddingHealth> CheckAsync(CancellationToken cancellationToken) => _monitor.CheckAsync(cancellationToken);

    /// <summary>As <see cref="Dispose"/>; but computed vectors on their way to a cache tier get there first.</summary>
    public async ValueTask DisposeAsync()
    {
        _monitor.Dispose();
        _scheduler.Dispose();
        await Cache.DisposeAsync();
    }

    /// <summary>Stops the runners after the units they are at; requests that still wait fail as <see cref="ErrorKind.Unavailable"/>.</summary>
    public void Dispose()
    {
        _monitor.Dispose();
        _scheduler.Dispose();
        Cache.Dispose();
    }

    private CacheLine LineOf(CacheSearch search)
    {
        var probe = new EmbeddingRequest(search.Model, [new EmbeddingInput("")])
        {
            Tenant = search.Tenant,
            Prompt = search.Prompt,
            LongInput = search.LongInput,
            TruncationSide = search.TruncationSide,
            Provider = search.Provider,
        };
        return new RequestInputs(probe, search.Provider is null ? Models.Get(search.Model) : null, Cache.Element, _options.CacheVersion).Distinct[0].Own.Line;
    }

    private static ValueTask ChargeAsync(RequestInputs inputs, EmbeddingRequest request, CancellationToken cancellationToken) =>
        request.Charge is { } charge ? charge.TakeAsync(inputs.Cost(), cancellationToken) : ValueTask.CompletedTask;

    /// <summary>The same way, but for tokens: a provider counts its own, and cuts or refuses what is too long for it.</summary>
    private async Task<EmbeddingResult> EmbedRemotelyAsync(EmbeddingRequest request, IRemoteEmbedder provider, CancellationToken cancellationToken)
    {
        var form = VectorForm.Of(request, provider.Width);
        var inputs = new RequestInputs(request, model: null, Cache.Element, _options.CacheVersion);
        var lookup = new CacheLookup(Cache, Flights);
        if (!lookup.FindInMemory(inputs) && !await lookup.FindBelowAsync(inputs, cancellationToken))
        {
            foreach (var input in inputs.Missing)
                input.Prepared = PreparedInput.Untokenized;
        }

        await ChargeAsync(inputs, request, cancellationToken);
        var times = inputs.Missing.Any() ? await ComputeAsync(inputs, request, new RemoteQueue(provider, Flights), cancellationToken) : default;
        lookup.Keep(inputs, request, request.KeepTexts || _options.KeepTexts);
        return new EmbeddingResult(request.Model, form, inputs.ByPosition, codeLimit: null) { Times = times };
    }

    private async Task<EmbeddingTimes> ComputeAsync(RequestInputs inputs, EmbeddingRequest request, IFlightQueue queue, CancellationToken cancellationToken)
    {
        using var flights = new RequestFlights(Flights, request, queue);
        flights.Join([.. inputs.Missing]);
        flights.Queue();
        await flights.WaitAsync(cancellationToken);
        return flights.Collect();
    }
}
