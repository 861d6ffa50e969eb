using Quiver.Diagnostics;

namespace Quiver.Caching;

/// <summary>
/// Goes around a tier that is away: a lookup that fails or takes too long is a miss, and after a few of them in a row the tier is left alone
/// until it answers a probe. So no request fails for it, and none waits for it longer than <see cref="CircuitOptions.FindTimeout"/>.
/// </summary>
/// <remarks>
/// Thread-safe. Closed: every call goes through; <see cref="CircuitOptions.Failures"/> failures in a row open it. Open: nothing goes through but a
/// lookup of its own every <see cref="CircuitOptions.ProbeInterval"/>; the first that is answered closes it.
/// </remarks>
internal sealed class CircuitTier : ICacheTier, IDisposable
{
    private static readonly CacheLine ProbeLine = new(null, "", new byte[CacheKey.Bytes], 1);

    private readonly ICacheTier _tier;
    private readonly CircuitOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<string, bool>? _onChange;
    private readonly CancellationTokenSource _end = new();
    private readonly KeyValuePair<string, object?> _tag;
    private int _failures;
    private int _open;

    /// <param name="onChange">Told the tier's name and whether it can be used, when that changes.</param>
    public CircuitTier(ICacheTier tier, CircuitOptions options, TimeProvider time, Action<string, bool>? onChange = null)
    {
        (_tier, _options, _time, _onChange) = (tier, options, time, onChange);
        _tag = new("tier", tier.Name);
    }

    public string Name => _tier.Name;

    /// <summary>Whether the tier is left alone.</summary>
    public bool IsOpen => Volatile.Read(ref _open) != 0;

    public async ValueTask FindAsync(ReadOnlyMemory<LineKey> keys, Memory<CacheEntry?> entries, CancellationToken cancellationToken)
    {
        entries.Span.Clear();
        if (IsOpen || keys.IsEmpty)
            return;
        // A buffer of its own: a lookup given up may still write when it comes back.
        var found = new CacheEntry?[keys.Length];
        if (await TryAsync(token => _tier.FindAsync(keys, found, token), _options.FindTimeout, cancellationToken))
            found.CopyTo(entries);
    }

    public async ValueTask AddAsync(IReadOnlyList<CacheAddition> additions, CancellationToken cancellationToken)
    {
        if (IsOpen || !await TryAsync(token => _tier.AddAsync(additions, token), _options.AddTimeout, cancellationToken))
            QuiverMeter.CacheDropped.Add(additions.Count, _tag);
    }

    /// <exception cref="QuiverException">The tier is away: what it holds is not cleared.</exception>
    public async ValueTask<long> ClearAsync(CacheFilter filter, CancellationToken cancellationToken)
    {
        try
        {
            return await _tier.ClearAsync(filter, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new QuiverException(ErrorKind.Unavailable, $"The cache's {Name} tier is away; what it holds was not cleared.", exception);
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
        (_tier as IDisposable)?.Dispose();
    }

    /// <returns>false if it failed or took too long.</returns>
    private async ValueTask<bool> TryAsync(Func<CancellationToken, ValueTask> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var task = call(cancellationToken);
            if (!task.IsCompletedSuccessfully)
                await task.AsTask().WaitAsync(timeout, _time, cancellationToken);
            Volatile.Write(ref _failures, 0);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception)
        {
            // Whatever it is, the vector can be computed.
            QuiverMeter.CacheFailures.Add(1, _tag);
            if (Interlocked.Increment(ref _failures) >= _options.Failures && Interlocked.Exchange(ref _open, 1) == 0)
            {
                _onChange?.Invoke(Name, false);
                _ = ProbeAsync(_end.Token);
            }

            return false;
        }
    }

    private async Task ProbeAsync(CancellationToken end)
    {
        var found = new CacheEntry?[1];
        LineKey[] key = [new(ProbeLine, default)];
        try
        {
            for (var answered = false; !answered;)
            {
                await Task.Delay(_options.ProbeInterval, _time, end);
                answered = await TryAsync(token => _tier.FindAsync(key, found, token), _options.FindTimeout, end);
            }

            Volatile.Write(ref _open, 0);
            _onChange?.Invoke(Name, true);
        }
        catch (OperationCanceledException)
        {
            // The end of the process, or of a test.
        }
    }
}

/// <summary>When a tier is given up, and how often it is tried again.</summary>
internal sealed record CircuitOptions
{
    /// <summary>The longest that a request waits for a lookup.</summary>
    public TimeSpan FindTimeout { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The longest that a batch of writes may take. No request waits for it.</summary>
    public TimeSpan AddTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many failures in a row open it.</summary>
    public int Failures { get; init; } = 3;

    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(500);
}
