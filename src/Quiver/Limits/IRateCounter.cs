namespace Quiver.Limits;

/// <summary>Keeps counts: in this process, in a database, in Redis.</summary>
/// <remarks>Implementations are thread-safe, and atomic: whatever happens at the same time, no window ever takes more than its limit.</remarks>
internal interface IRateCounter
{
    /// <summary>Adds every amount to its counter, or none of them if one does not fit. Amounts of 0 only look, and always fit.</summary>
    /// <param name="charges">Each of another counter.</param>
    /// <exception cref="Quiver.Diagnostics.QuiverException">What keeps the counts is away.</exception>
    ValueTask<ChargeOutcome> ChargeAsync(CounterCharge[] charges, CancellationToken cancellationToken);

    /// <summary>Takes back what was granted. What has come back by itself since is not taken back again.</summary>
    /// <param name="outcome">Of the charge.</param>
    /// <exception cref="Quiver.Diagnostics.QuiverException">What keeps the counts is away.</exception>
    ValueTask RefundAsync(CounterCharge[] charges, ChargeOutcome outcome, CancellationToken cancellationToken);
}

/// <summary>An amount, in thousandths of a unit, for one counter.</summary>
internal readonly record struct CounterCharge(CounterId Id, WindowRule Rule, long Amount);

/// <summary>What became of a charge.</summary>
/// <param name="Granted">Whether all of it was added, rather than nothing.</param>
/// <param name="At">When, in microseconds since 1970 in UTC.</param>
/// <param name="Standings">Of each counter, in the order asked: after the charge if it was granted, as it was otherwise.</param>
internal readonly record struct ChargeOutcome(bool Granted, long At, WindowStanding[] Standings)
{
    /// <summary>Whether this process counted for itself, because what it shares with others was away.</summary>
    public bool IsLocal { get; init; }
}
