using Npgsql;

namespace Quiver.Storage;

/// <summary>Tells a server that is slow from one that is gone without a word (stopped, cut off): whoever waits hears within a second.</summary>
/// <remarks>
/// Thread-safe. Work that takes longer than <see cref="Patience"/> has the server asked for a sign of life, on a connection of its own and once for
/// all that wait. As long as it gives one, the work goes on; without one the work is given up, and not waited for.
/// </remarks>
internal sealed class PostgreSqlWatch : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromMilliseconds(600);

    private readonly NpgsqlDataSource _source;
    private readonly Lock _gate = new();
    private Task<bool>? _question;

    public PostgreSqlWatch(NpgsqlConnectionStringBuilder parts) =>
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(parts.ConnectionString) { Pooling = false });

    /// <param name="work">Gets a token that is cancelled when it is given up.</param>
    /// <exception cref="NpgsqlException">The server gives no sign of life; or what the work throws.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        using var givenUp = new CancellationTokenSource();
        var working = work(givenUp.Token);
        while (!await EndsAsync(working))
        {
            if (await AnswersAsync() || working.IsCompleted)
                continue;
            await givenUp.CancelAsync();
            _ = working.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new NpgsqlException("The server gives no sign of life.", new TimeoutException());
        }

        return await working;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <returns>Whether it ended, one way or another, while patience lasted.</returns>
    private static async Task<bool> EndsAsync(Task working)
    {
        if (working.IsCompleted)
            return true;
        using var ended = new CancellationTokenSource();
        // The system's clock: it is another machine that is waited for.
        var first = await Task.WhenAny(working, Task.Delay(Patience, TimeProvider.System, ended.Token));
        await ended.CancelAsync();
        return first == working;
    }

    private Task<bool> AnswersAsync()
    {
        lock (_gate)
        {
            if (_question is null or { IsCompleted: true })
                _question = AskAsync();
            return _question;
        }
    }

    private async Task<bool> AskAsync()
    {
        using var limit = new CancellationTokenSource(TimeToAnswer, TimeProvider.System);
        try
        {
            await using var connection = await _source.OpenConnectionAsync(limit.Token);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            // A server that refuses is no server that hangs: "too many connections" is an answer.
            return exception is PostgresException;
        }
    }
}
