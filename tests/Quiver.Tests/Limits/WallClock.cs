namespace Quiver.Tests.Limits;

/// <summary>A clock on the wall: a test may set it forward and back.</summary>
internal sealed class WallClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 3, 14, 15, 9, 26, TimeSpan.Zero).UtcTicks;

    public DateTimeOffset Now
    {
        get => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);
        set => Interlocked.Exchange(ref _ticks, value.UtcTicks);
    }

    public override DateTimeOffset GetUtcNow() => Now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);
}
