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
public sealed class EmbeddingService : IDisposable
{
    private readonly EmbeddingServiceOptions _options;
    private readonly TimeProvider _time;
    private readonly Scheduler _scheduler;
    private readonly SemaphoreSlim _largeRequests;
    private readonly InputPreparation _preparation;

    public EmbeddingService(ModelDirectory models, EmbeddingServiceOptions? options = null, TimeProvider? time = null)
    {
        Models = models;
        _options = options ?? new EmbeddingServiceOptions();
        _time = time ?? TimeProvider.System;
        _scheduler = new Scheduler(_options.Scheduler, _time);
        Cache = new MemoryTier(_options.Cache, _time);
        Flights = new SingleFlight(Cache);
        _largeRequests = new SemaphoreSlim(_options.Scheduler.Runners);
        _preparation = new InputPreparation(_scheduler, Flights, _largeRequests);
    }

    public ModelDirectory Models { get; }

    /// <summary>What waits and what runs at this moment.</summary>
    public SchedulerCounts Counts => _scheduler.Counts;

    /// <summary>The most tokens of one request, special tokens included, after inputs were cut.</summary>
    public int MaxRequestTokens => _options.MaxRequestTokens;

    internal MemoryTier Cache { get; }

    internal SingleFlight Flights { get; }

    /// <summary>Embeds the inputs of one request; a text's vector has the same bits whatever else is asked at the same time, cached or not.</summary>
    /// <exception cref="QuiverException">
    /// The request is at fault (<see cref="ErrorKind.InvalidInput"/>, <see cref="ErrorKind.InputTooLong"/>,
    /// <see cref="ErrorKind.RequestTooLarge"/>, <see cref="ErrorKind.ModelNotFound"/>), the queue is full
    /// (<see cref="ErrorKind.Overloaded"/>), the service is closed (<see cref="ErrorKind.Unavailable"/>), or the model failed
    /// (<see cref="ErrorKind.Internal"/>).
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; texts that nobody else waits for are dropped.</exception>
    public async Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken)
    {
        var model = Models.Get(request.Model);
        var form = new VectorForm(CheckedDimensions(request, model), request.Normalize);
        var inputs = new RequestInputs(request, model);
        var tokenization = TimeSpan.Zero;
        if (!FindCached(inputs))
        {
            var start = _time.GetTimestamp();
            await _preparation.PrepareAsync(inputs, request, model, cancellationToken);
            tokenization = _time.GetElapsedTime(start);
        }

        InputPreparation.RequireWithinLimits(inputs, request, model, _options.MaxRequestTokens);
        var times = inputs.Missing.Any() ? await ComputeAsync(inputs, request, model, cancellationToken) : default;
        return new EmbeddingResult(request.Model, form, inputs.ByPosition) { Times = times with { Tokenization = tokenization } };
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
        var inputs = new RequestInputs(request, model);
        var start = _time.GetTimestamp();
        await _preparation.PrepareAsync(inputs, request, model, cancellationToken);
        var tokenization = _time.GetElapsedTime(start);
        InputPreparation.RequireWithinLimits(inputs, request, model, _options.MaxTokenVectors);

        var vectors = new float[inputs.Distinct.Count][];
        var computation = new TokenComputation(
            [.. inputs.Distinct.Select(input => input.Prepared!.Windows.Single())],
            (text, states) =>
            {
                vectors[text] = states.ToArray();
                return double.IsFinite(UnitLength.SumOfSquares(states));
            });
        await using var cancellation = cancellationToken.Register(() => computation.Cancel(cancellationToken));
        try
        {
            _scheduler.Enqueue(new ScheduledWork(model, computation.Texts, request.Caller, request.Bulk));
            await computation.Completion;
            return new TokenVectors(request.Model, inputs, vectors, model.TokenWidth) { Times = new EmbeddingTimes(tokenization, computation.Queue, computation.Inference) };
        }
        finally
        {
            computation.Drop();
        }
    }

    /// <summary>Stops the runners after the units they are at; requests that still wait fail as <see cref="ErrorKind.Unavailable"/>.</summary>
    public void Dispose() => _scheduler.Dispose();

    private static int CheckedDimensions(EmbeddingRequest request, IEmbedder model)
    {
        if (request.Dimensions is not { } dimensions)
            return model.Width;
        if (dimensions < 1 || dimensions > model.Width)
            throw new QuiverException(ErrorKind.InvalidInput, $"Invalid value for 'dimensions': {dimensions}. This model gives 1 to {model.Width}.") { Parameter = "dimensions" };
        return dimensions;
    }

    /// <summary>Takes from the cache what is there.</summary>
    /// <returns>Whether nothing is left to compute.</returns>
    private bool FindCached(RequestInputs inputs)
    {
        var all = true;
        foreach (var input in inputs.Distinct)
        {
            if (!input.IsMissing)
                continue;
            if (Cache.TryFind(input.Key, out var entry))
                input.Find(entry, InputSource.Cached);
            else
                all = false;
        }

        return all;
    }

    private async Task<EmbeddingTimes> ComputeAsync(RequestInputs inputs, EmbeddingRequest request, IEmbedder model, CancellationToken cancellationToken)
    {
        using var flights = new RequestFlights(Flights, request);
        flights.Start(inputs.Missing, model, _scheduler);
        await flights.WaitAsync(cancellationToken);
        return flights.Collect();
    }
}
