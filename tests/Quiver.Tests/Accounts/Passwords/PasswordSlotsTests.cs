using Quiver.Accounts.Passwords;
using Quiver.Diagnostics;

namespace Quiver.Tests.Accounts.Passwords;

public sealed class PasswordSlotsTests
{
    [Fact]
    public async Task A_full_queue_refuses_at_once_and_says_when_to_come_back()
    {
        using var slots = new PasswordSlots(cores: 4);
        using var hold = new ManualResetEventSlim();
        var token = TestContext.Current.CancellationToken;
        var inside = Enumerable.Range(0, 9).Select(_ => slots.RunAsync(() => { hold.Wait(token); return true; }, token)).ToList();

        var refused = await Assert.ThrowsAsync<QuiverException>(() => slots.RunAsync(() => true, token));
        Assert.Equal(ErrorKind.Overloaded, refused.Kind);
        Assert.NotNull(refused.RetryAfter);

        hold.Set();
        Assert.All(await Task.WhenAll(inside), Assert.True);
        Assert.True(await slots.RunAsync(() => true, token));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 2)]
    public async Task A_quarter_of_the_cores_hash_at_a_time(int cores, int most)
    {
        using var slots = new PasswordSlots(cores);
        using var barrier = new Barrier(most);
        var (now, peak) = (0, 0);
        var token = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, 4 * most).Select(_ => slots.RunAsync(
            () =>
            {
                var inside = Interlocked.Increment(ref now);
                InterlockedMax(ref peak, inside);
                barrier.SignalAndWait(token);
                return Interlocked.Decrement(ref now);
            },
            token)));

        Assert.Equal(most, peak);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
            Interlocked.CompareExchange(ref target, value, seen);
    }
}
