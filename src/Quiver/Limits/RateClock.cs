namespace Quiver.Limits;

/// <summary>The time as rates count it.</summary>
internal static class RateClock
{
    /// <summary>Microseconds since 1970 in UTC.</summary>
    public static long Now(TimeProvider time) => (time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset At(long microseconds) => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);
}
