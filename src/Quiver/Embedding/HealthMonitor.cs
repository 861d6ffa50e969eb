using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding;

/// <summary>Runs the self-test of every model, when asked and on a timer, and remembers how it ended.</summary>
internal sealed class HealthMonitor : IDisposable
{
    /// <summary>Less would call a busy machine a broken one.</summary>
    private static readonly TimeSpan ShortestLimit = TimeSpan.FromSeconds(10);

    private readonly SelfTest[] _tests;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly CancellationTokenSource _end = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly ITimer? _timer;
    private volatile EmbeddingHealth _health = EmbeddingHealth.Ready;

    /// <param name="interval">Between two runs, each of which may take half of it, and 10 seconds at least; null for none but those asked for, without a limit.</param>
    public HealthMonitor(IEnumerable<IEmbedder> models, Scheduler scheduler, TimeSpan? interval, TimeProvider time)
    {
        _tests = [.. models.Select(model => new SelfTest(model, scheduler))];
        _time = time;
        _limit = interval is { } between ? Max(between / 2, ShortestLimit) : Timeout.InfiniteTimeSpan;
        if (interval is { } period)
            _timer = time.CreateTimer(_ => OnTick(), null, period, period);
    }

    public EmbeddingHealth Health => _health;

    /// <summary>Runs the tests. Where the queue is full nothing is found out, and what was known stays.</summary>
    public async Task<EmbeddingHealth> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _oneAtATime.WaitAsync(cancellationToken);
            try
            {
                _health = new EmbeddingHealth(await FindProblemAsync(cancellationToken));
            }
            finally
            {
                _oneAtATime.Release();
            }
        }
        catch (Exception error) when (error is OperationCanceledException or QuiverException { Kind: ErrorKind.Overloaded or ErrorKind.Unavailable })
        {
            // Not tested: nobody is the wiser.
        }

        return _health;
    }

    private async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            string? problem = null;
            foreach (var test in _tests)
                problem ??= await test.RunAsync(either.Token);
            return problem;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"The self-test has not ended within {_limit}.";
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _end.Cancel();
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>A run that is still waiting for its turn is not joined by a second.</summary>
    private void OnTick()
    {
        if (_oneAtATime.CurrentCount > 0)
            _ = CheckAsync(_end.Token);
    }
}
