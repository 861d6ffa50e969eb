using System.Net;
using Quiver.Accounts.Sessions;
using Quiver.Diagnostics;
using Quiver.Tests.Support;

namespace Quiver.Tests.Accounts.Sessions;

public sealed class LogInThrottleTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void An_address_is_a_customers_network(string one, string other, bool isSame)
    {
        var throttle = new LogInThrottle(_time);
        for (var i = 0; i < 30; i++)
            throttle.Begin($"u{i}@example.com", IPAddress.Parse(one));

        var error = Record.Exception(() => throttle.Begin("another@example.com", IPAddress.Parse(other)));
        Assert.Equal(isSame, error is QuiverException { Kind: ErrorKind.Overloaded });
    }

    [Fact]
    public void An_account_that_many_addresses_guess_at_is_slowed_for_seconds_not_locked()
    {
        var throttle = new LogInThrottle(_time);
        for (var i = 0; i < 100; i++)
            throttle.Begin("ada@example.com", IPAddress.Parse($"192.0.2.{i}"));

        var slowed = Assert.Throws<QuiverException>(() => throttle.Begin("ada@example.com", IPAddress.Parse("198.51.100.1")));
        Assert.Equal(TimeSpan.FromSeconds(3), slowed.RetryAfter);
        _time.Advance(TimeSpan.FromSeconds(3));
        throttle.Begin("ada@example.com", IPAddress.Parse("198.51.100.1"));
    }

    [Fact]
    public void A_right_password_costs_nothing()
    {
        var throttle = new LogInThrottle(_time);
        for (var i = 0; i < 200; i++)
            throttle.Begin("ada@example.com", IPAddress.Loopback)();
    }

    [Fact]
    public void A_clock_that_is_set_changes_nothing() // Levels leak by the monotonic clock; this pins that waiting is what helps.
    {
        var throttle = new LogInThrottle(_time);
        for (var i = 0; i < 5; i++)
            throttle.Begin("ada@example.com", null);
        Assert.Throws<QuiverException>(() => throttle.Begin("ada@example.com", null));
        Assert.Throws<QuiverException>(() => throttle.Begin("ada@example.com", null));
        _time.Advance(TimeSpan.FromSeconds(30));
        throttle.Begin("ada@example.com", null);
    }
}
