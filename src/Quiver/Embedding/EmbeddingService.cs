using Quiver.Diagnostics;

namespace Quiver.Embedding;

/// <summary>Texts in, vectors out: checks a request, queues it, and computes it on one long-lived thread per core.</summary>
/// <remarks>Thread-safe. The models belong to the caller and must outlive the service.</remarks>
public sealed class EmbeddingService : IDisposable
{
    private readonly EmbeddingServiceOptions _options;
    private readonly TimeProvider _time;
    private readonly WorkQueue _queue;
    private readonly Thread[] _runners;

    /// <summary>As many large requests are tokenized at a time as there are runners; the others wait, so that small ones find a core.</summary>
    private readonly SemaphoreSlim _largePreparations;

    private long _secondsPerTokenBits = BitConverter.DoubleToInt64Bits(1e-4);

    public EmbeddingService(ModelDirectory models, EmbeddingServiceOptions? options = null, TimeProvider? time = null)
    {
        Models = models;
        _options = options ?? new EmbeddingServiceOptions();
        _time = time ?? TimeProvider.System;
        _queue = new WorkQueue(_options);
        _largePreparations = new SemaphoreSlim(_options.Runners);
        _runners = new Thread[_options.Runners];
        for (var i = 0; i < _runners.Length; i++)
        {
            _runners[i] = new Thread(RunUnits) { IsBackground = true, Name = $"quiver runner {i}" };
            _runners[i].Start();
        }
    }

    public ModelDirectory Models { get; }

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

        var job = new EmbeddingJob(model, [.. inputs.Valid], form, _time);
        if (!_queue.TryAdd(job))
            throw Refused();

        await using var cancellation = cancellationToken.Register(() => job.Cancel(cancellationToken));
        try
        {
            var vectors = await job.Completion;
            return new EmbeddingResult(request.Model, inputs, vectors, form.Dimensions) { Times = new EmbeddingTimes(tokenization, job.Queued, job.Computing) };
        }
        finally
        {
            _queue.Remove(job);
        }
    }

    /// <summary>Stops the runners after the units they are at; requests that still wait fail as <see cref="ErrorKind.Unavailable"/>.</summary>
    public void Dispose()
    {
        foreach (var job in _queue.Close())
            job.Fail(Stopping());
        foreach (var runner in _runners)
            runner.Join();
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
        RequireRoom(request);
        if (!InputPreparation.IsLarge(request))
            return InputPreparation.Prepare(request, model, _options.MaxRequestTokens, cancellationToken);

        await _largePreparations.WaitAsync(cancellationToken);
        try
        {
            RequireRoom(request);
            return InputPreparation.Prepare(request, model, _options.MaxRequestTokens, cancellationToken);
        }
        finally
        {
            _largePreparations.Release();
        }
    }

    private void RequireRoom(EmbeddingRequest request)
    {
        if (!_queue.MayTake(request.Inputs.Count))
            throw Refused();
    }

    private void RunUnits()
    {
        float[] scratch = [];
        while (_queue.TryTake(out var unit))
        {
            var start = _time.GetTimestamp();
            unit.Job.Run(unit, ref scratch);
            NoteSpeed(_time.GetElapsedTime(start).TotalSeconds / unit.Tokens);
        }
    }

    /// <summary>A moving average; two runners that write at once may lose one sample, which does not matter.</summary>
    private void NoteSpeed(double secondsPerToken)
    {
        var average = BitConverter.Int64BitsToDouble(Volatile.Read(ref _secondsPerTokenBits));
        Volatile.Write(ref _secondsPerTokenBits, BitConverter.DoubleToInt64Bits((0.95 * average) + (0.05 * secondsPerToken)));
    }

    private QuiverException Refused() => _queue.IsClosed ? Stopping() : Overloaded();

    private static QuiverException Stopping() => new(ErrorKind.Unavailable, "The server is stopping.");

    private QuiverException Overloaded() =>
        new(ErrorKind.Overloaded, "More is waiting than can be computed soon. Please try again later.") { RetryAfter = DrainTime() };

    /// <summary>How long the runners need for half of what waits, 1 to 30 seconds.</summary>
    private TimeSpan DrainTime()
    {
        var secondsPerToken = BitConverter.Int64BitsToDouble(Volatile.Read(ref _secondsPerTokenBits));
        var seconds = _queue.Tokens * secondsPerToken / _runners.Length / 2;
        return TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(seconds), 1, 30));
    }
}
