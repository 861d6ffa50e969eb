using Quiver.Secrets;

namespace Quiver.Tests.Secrets;

public sealed class KeyRingTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.UnixEpoch.AddDays(20_000);

    private readonly FernetKey _old = FernetKey.Generate();
    private readonly FernetKey _new = FernetKey.Generate();

    [Fact]
    public void The_first_key_encrypts_and_all_decrypt()
    {
        var token = new KeyRing([_old]).Encrypt("secret"u8, Time);
        var ring = new KeyRing([_new, _old]);

        Assert.True(ring.TryDecrypt(token, out var plaintext));
        Assert.Equal("secret"u8.ToArray(), plaintext);
        Assert.True(Fernet.TryDecrypt(_new, ring.Encrypt("secret"u8, Time), out _, out _));
        Assert.False(new KeyRing([_new]).TryDecrypt(token, out _));
    }

    [Fact]
    public void A_rotated_token_is_the_first_key_s_and_keeps_its_time()
    {
        var token = new KeyRing([_old]).Encrypt("secret"u8, Time);

        Assert.True(new KeyRing([_new, _old]).TryRotate(token, out var rotated));

        Assert.True(Fernet.TryDecrypt(_new, rotated, out var plaintext, out var time));
        Assert.Equal("secret"u8.ToArray(), plaintext);
        Assert.Equal(Time, time);
    }

    [Fact]
    public void What_the_first_key_sealed_is_left_as_it_is()
    {
        var ring = new KeyRing([_new, _old]);
        var token = ring.Encrypt("secret"u8, Time);

        Assert.True(ring.TryRotate(token, out var rotated));
        Assert.Equal(token, rotated);
    }

    [Fact]
    public void What_no_key_opens_is_not_rotated()
    {
        Assert.False(new KeyRing([_new]).TryRotate(new KeyRing([_old]).Encrypt("secret"u8, Time), out var rotated));
        Assert.Null(rotated);
    }
}
