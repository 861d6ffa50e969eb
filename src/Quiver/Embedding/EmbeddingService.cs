using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;
using Quiver.Encoding;

namespace Quiver.Embedding;

/// <summary>Texts in, vectors out: checks a request, queues it, and computes it on one long-lived thread per core.</summary>
/// <remarks>Thread-safe. The models belong to the caller and must outlive the service.</remarks>
public sealed class EmbeddingService : IDisposable
{
    private readonly EmbeddingServiceOptions _options;
    private readonly TimeProvider _time;
    private readonly Scheduler _scheduler;

    /// <summary>As many large requests are tokenized at a time as there are runners; the others wait, so that small ones find a core.</summary>
    private readonly SemaphoreSlim _largePreparations;

    public EmbeddingService(ModelDirectory models, EmbeddingServiceOptions? options = null, TimeProvider? time = null)
    {
        Models = models;
        _options = options ?? new EmbeddingServiceOptions();
        _time = time ?? TimeProvider.System;
        _scheduler = new Scheduler(_options.Scheduler, _time);
        _largePreparations = new SemaphoreSlim(_options.Scheduler.Runners);
    }

    public ModelDirectory Models { get; }

    /// <summary>What waits and what runs at this moment.</summary>
    public SchedulerCounts Counts => _scheduler.Counts;

    /// <summary>The most tokens of one request, special tokens included, after inputs were cut.</summary>
    public int MaxRequestTokens => _options.MaxRequestTokens;

    /// <summary>Embeds the inputs of one request; a text's vector has the same bits whatever else is asked at the same time.</summary>
    /// <exception cref="QuiverException">
    /// The request is at fault (<see cref="ErrorKind.InvalidInput"/>, <see cref="ErrorKind.InputTooLong"/>,
    /// <see cref="ErrorKind.RequestTooLarge"/>, <see cref="ErrorKind.ModelNotFound"/>), the queue is full
    /// (<see cref="ErrorKind.Overloaded"/>), the service is closed (<see cref="ErrorKind.Unavailable"/>), or the model failed
    /// (<see cref="ErrorKind.Internal"/>).
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; texts that waited are dropped.</exception>
    public async Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken)
    {
        var model = Models.Get(request.Model);
        var form = new VectorForm(CheckedDimensions(request, model), request.Normalize);
        var start = _time.GetTimestamp();
        var inputs = await PrepareAsync(request, model, cancellationToken);
        var tokenization = _time.GetElapsedTime(start);
        if (inputs.Valid.Count == 0)
            return new EmbeddingResult(request.Model, inputs, [], form.Dimensions) { Times = new EmbeddingTimes(tokenization, default, default) };

        var vectors = GC.AllocateUninitializedArray<float>(checked(inputs.Valid.Count * form.Dimensions));
        var times = await ComputeAsync(
            request, model, inputs, ScheduledOutput.Vector,
            (position, vector) => form.TryDerive(vector, vectors.AsSpan(position * form.Dimensions, form.Dimensions)), cancellationToken);
        return new EmbeddingResult(request.Model, inputs, vectors, form.Dimensions) { Times = times with { Tokenization = tokenization } };
    }

    /// <summary>Computes the last hidden states of every token of the inputs, before pooling. Dimensions, normalization and errors per input do not apply.</summary>
    /// <inheritdoc cref="EmbedAsync"/>
    public async Task<TokenVectors> EmbedTokensAsync(EmbeddingRequest request, CancellationToken cancellationToken)
    {
        var model = Models.Get(request.Model);
        var start = _time.GetTimestamp();
        var inputs = await PrepareAsync(request with { ErrorsPerInput = false }, model, cancellationToken);
        var tokenization = _time.GetElapsedTime(start);
        InputPreparation.RequireAtMost(_options.MaxTokenVectors, inputs.Valid.Sum(input => (long)input.Ids.Length));

        var vectors = new float[inputs.Count][];
        var times = await ComputeAsync(
            request, model, inputs, ScheduledOutput.TokenVectors,
            (position, states) =>
            {
                vectors[position] = states.ToArray();
                return double.IsFinite(UnitLength.SumOfSquares(states));
            },
            cancellationToken);
        return new TokenVectors(request.Model, inputs, vectors, model.TokenWidth) { Times = times with { Tokenization = tokenization } };
    }

    /// <summary>Stops the runners after the units they are at; requests that still wait fail as <see cref="ErrorKind.Unavailable"/>.</summary>
    public void Dispose() => _scheduler.Dispose();

    /// <summary>Queues the texts of a request and waits until each is taken.</summary>
    private async Task<EmbeddingTimes> ComputeAsync(
        EmbeddingRequest request, IEmbedder model, PreparedInputs inputs, ScheduledOutput output, TakeOutput take, CancellationToken cancellationToken)
    {
        var computation = new RequestComputation(inputs.Valid, output, take);
        await using var cancellation = cancellationToken.Register(() => computation.Cancel(cancellationToken));
        try
        {
            _scheduler.Enqueue(new ScheduledWork(model, computation.Texts, request.Caller, request.Bulk));
            await computation.Completion;
            return new EmbeddingTimes(default, computation.Queue, computation.Inference);
        }
        finally
        {
            computation.Drop();
        }
    }

    private static int CheckedDimensions(EmbeddingRequest request, IEmbedder model)
    {
        if (request.Dimensions is not { } dimensions)
            return model.Width;
        if (dimensions < 1 || dimensions > model.Width)
            throw new QuiverException(ErrorKind.InvalidInput, $"Invalid value for 'dimensions': {dimensions}. This model gives 1 to {model.Width}.") { Parameter = "dimensions" };
        return dimensions;
    }

    /// <summary>Tokenizes only what the queue may take: when it is full, a refusal costs next to nothing.</summary>
    private async ValueTask<PreparedInputs> PrepareAsync(EmbeddingRequest request, IEmbedder model, CancellationToken cancellationToken)
    {
        _scheduler.RequireRoom(request.Inputs.Count, request.Bulk);
        if (!InputPreparation.IsLarge(request))
            return InputPreparation.Prepare(request, model, _options.MaxRequestTokens, cancellationToken);

        await _largePreparations.WaitAsync(cancellationToken);
        try
        {
            _scheduler.RequireRoom(request.Inputs.Count, request.Bulk);
            return InputPreparation.Prepare(request, model, _options.MaxRequestTokens, cancellationToken);
        }
        finally
        {
            _largePreparations.Release();
        }
    }
}
