using System.Runtime.CompilerServices;
using Quiver.Diagnostics;

namespace Quiver.Limits;

/// <summary>
/// Goes on in this process while the counter that processes share is away: each then allows its share of every limit, from nothing used. A
/// request waits for the other one no longer than <see cref="LocalFallbackOptions.Timeout"/>, and after a failure not at all until the next try.
/// </summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="onChange">Told whether the shared counter is in use, when that changes.</param>
internal sealed class LocalFallback(IRateCounter shared, LocalFallbackOptions options, TimeProvider time, Action<bool>? onChange = null) : IRateCounter
{
    private readonly ConditionalWeakTable<WindowRule, WindowRule> _shares = [];
    private readonly MemoryRateCounter _local = new(time);
    private long _nextTry;
    private int _away;

    public bool IsAway => Volatile.Read(ref _away) != 0;

    public async ValueTask<ChargeOutcome> ChargeAsync(CounterCharge[] charges, CancellationToken cancellationToken)
    {
        if (MayTry() && await TrySharedAsync(charges, cancellationToken) is { } outcome)
            return outcome;

        if (options.Refuses)
            throw new QuiverException(ErrorKind.Unavailable, "Limits cannot be checked at the moment. Please try again later.") { RetryAfter = options.RetryInterval };
        QuiverMeter.LocalCharges.Add(1);
        var local = await _local.ChargeAsync(Shares(charges), cancellationToken);
        if (!local.Granted && IsTooLargeForAShareAlone(charges, local))
            throw new QuiverException(ErrorKind.Unavailable, "Limits of so much at once cannot be checked at the moment. Please try again later, or send less.") { RetryAfter = options.RetryInterval };
        return local with { IsLocal = true };
    }

    public async ValueTask RefundAsync(CounterCharge[] charges, ChargeOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.IsLocal)
        {
            await _local.RefundAsync(Shares(charges), outcome, cancellationToken);
            return;
        }

        try
        {
            await shared.RefundAsync(charges, outcome, cancellationToken).AsTask().WaitAsync(options.Timeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The caller's request has failed already. His count is one too high until the window ends.
            Note(isAway: true);
        }
    }

    /// <returns>null where it is away.</returns>
    private async ValueTask<ChargeOutcome?> TrySharedAsync(CounterCharge[] charges, CancellationToken cancellationToken)
    {
        Task<ChargeOutcome>? charging = null;
        try
        {
            var charge = shared.ChargeAsync(charges, cancellationToken);
            var outcome = charge.IsCompletedSuccessfully ? await charge : await (charging = charge.AsTask()).WaitAsync(options.Timeout, time, cancellationToken);
            Note(isAway: false);
            return outcome;
        }
        catch (Exception exception)
        {
            if (charging is not null)
                _ = TakeBackAsync(charges, charging);
            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw;
            Note(isAway: true);
            return null;
        }
    }

    /// <summary>What is granted after nobody waits for it any more was not used.</summary>
    private async Task TakeBackAsync(CounterCharge[] charges, Task<ChargeOutcome> charging)
    {
        try
        {
            if (await charging is { Granted: true } outcome)
                await shared.RefundAsync(charges, outcome, CancellationToken.None);
        }
#pragma warning disable CA1031 // Nobody waits for this: it was never charged, or the count is too high until the window ends.
        catch (Exception)
#pragma warning restore CA1031
        {
            return;
        }
    }

    /// <summary>Whether the limits allow it, and only this process's part of them never does.</summary>
    private static bool IsTooLargeForAShareAlone(CounterCharge[] charges, in ChargeOutcome local)
    {
        var isTooLarge = false;
        for (var i = 0; i < charges.Length; i++)
        {
            if (charges[i].Amount > charges[i].Rule.Capacity)
                return false;
            isTooLarge |= local.Standings[i].Wait is null;
        }

        return isTooLarge;
    }

    /// <summary>Always while it is in use; while it is away, one request at a time.</summary>
    private bool MayTry()
    {
        if (!IsAway)
            return true;
        var (now, next) = (time.GetTimestamp(), Volatile.Read(ref _nextTry));
        return now >= next && Interlocked.CompareExchange(ref _nextTry, now + Ticks(options.RetryInterval), next) == next;
    }

    private void Note(bool isAway)
    {
        if (isAway)
            Volatile.Write(ref _nextTry, time.GetTimestamp() + Ticks(options.RetryInterval));
        if (Interlocked.Exchange(ref _away, isAway ? 1 : 0) != (isAway ? 1 : 0))
            onChange?.Invoke(!isAway);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private CounterCharge[] Shares(CounterCharge[] charges) =>
        options.Processes == 1 ? charges : Array.ConvertAll(charges, charge => charge with { Rule = _shares.GetValue(charge.Rule, ShareOf) });

    /// <summary>At least one of everything.</summary>
    private WindowRule ShareOf(WindowRule rule) => rule.Share(options.Processes);
}

/// <summary>What holds while the shared counter is away.</summary>
internal sealed record LocalFallbackOptions
{
    /// <summary>How many processes share the limits.</summary>
    public int Processes { get; init; } = 1;

    /// <summary>Whether requests are refused rather than counted here.</summary>
    public bool Refuses { get; init; }

    /// <summary>The longest that a request waits for the shared counter.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>How long it is left alone after a failure.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);
}
