using Quiver.Storage;
using StackExchange.Redis;

namespace Quiver.Limits;

/// <summary>Counts kept in a Redis that several processes share: one call of a script (charge.lua) for all counters of a request.</summary>
/// <remarks>
/// Thread-safe. Keys are "quiver:rate:…" and expire with their windows. It fails while Redis is away: <see cref="LocalFallback"/> goes on without.
/// The time is that of the process: replicas' clocks may differ by as much as they may jump.
/// </remarks>
internal sealed class RedisRateCounter(RedisServer server, TimeProvider time) : IRateCounter
{
    private const string Prefix = "quiver:rate:";
    private const int Header = 2;
    private const int PerCounter = 7;

    /// <summary>Beyond the end of a window: clocks of several machines are not the same.</summary>
    private const long Margin = 60_000;

    private static readonly string Script = ReadScript();

    public async ValueTask<ChargeOutcome> ChargeAsync(CounterCharge[] charges, CancellationToken cancellationToken)
    {
        var now = RateClock.Now(time);
        var answer = await RunAsync(charges, now, refundOf: null, cancellationToken);
        var granted = (int)answer[0] == 1;
        var standings = new WindowStanding[charges.Length];
        for (var i = 0; i < charges.Length; i++)
        {
            var state = CounterState.Parse((string)answer[i + 1]!);
            charges[i].Rule.Settle(state, now);
            standings[i] = charges[i].Rule.Standing(state, now, granted ? 0 : charges[i].Amount);
        }

        return new ChargeOutcome(granted, now, standings);
    }

    public async ValueTask RefundAsync(CounterCharge[] charges, ChargeOutcome outcome, CancellationToken cancellationToken) =>
        await RunAsync(charges, RateClock.Now(time), outcome.At, cancellationToken);

    private async Task<RedisResult[]> RunAsync(CounterCharge[] charges, long now, long? refundOf, CancellationToken cancellationToken)
    {
        var keys = Array.ConvertAll(charges, charge => (RedisKey)(Prefix + charge.Id));
        var values = Arguments(charges, now, refundOf);
        var database = await server.DatabaseAsync(cancellationToken);
        try
        {
            return (RedisResult[])await database.ScriptEvaluateAsync(Script, keys, values);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // Redis was started anew or its scripts were flushed. The client has noted it, and sends the whole script now.
            return (RedisResult[])await database.ScriptEvaluateAsync(Script, keys, values);
        }
    }

    private static RedisValue[] Arguments(CounterCharge[] charges, long now, long? refundOf)
    {
        var values = new RedisValue[Header + (PerCounter * charges.Length)];
        (values[0], values[1]) = (now, refundOf is null ? 0 : 1);
        for (var i = 0; i < charges.Length; i++)
            WriteArguments(charges[i], now, refundOf ?? 0, values.AsSpan(Header + (PerCounter * i), PerCounter));
        return values;
    }

    private static void WriteArguments(in CounterCharge charge, long now, long refundOf, Span<RedisValue> values)
    {
        if (charge.Rule is BucketRule bucket)
        {
            (values[0], values[1], values[2]) = ("b", bucket.CostOf(charge.Amount), bucket.Depth);
            (values[3], values[4], values[5], values[6]) = (0, 0, refundOf, (bucket.Depth / 1000) + Margin);
            return;
        }

        var slots = (SlotRule)charge.Rule;
        var current = slots.SlotOf(now);
        var newest = new CounterState();
        newest.Add(current, 0);
        (values[0], values[1], values[2]) = ("s", charge.Amount, slots.Capacity);
        (values[3], values[4], values[5], values[6]) = (current, current - slots.Span, slots.SlotOf(refundOf), ((slots.EndOf(newest) - now) / 1000) + Margin);
    }

    private static string ReadScript()
    {
        using var reader = new StreamReader(typeof(RedisRateCounter).Assembly.GetManifestResourceStream("Quiver.Limits.charge.lua")!);
        return reader.ReadToEnd();
    }
}
