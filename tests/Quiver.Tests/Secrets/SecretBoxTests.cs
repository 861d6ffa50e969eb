using Quiver.Secrets;

namespace Quiver.Tests.Secrets;

public sealed class SecretBoxTests
{
    private static readonly SecretPlace Place = new("usr_1", "prov_1");

    private readonly KeyRing _keys = new([FernetKey.Generate()]);

    private SecretBox Box => new(_keys, TimeProvider.System);

    [Theory]
    [InlineData("sk-test")]
    [InlineData("")]
    [InlineData("\"}{\"secret\":\"other\" \u0000 Ω 🏹")]
    public void A_secret_opens_where_it_was_sealed(string secret)
    {
        Assert.True(Box.TryOpen(Place, Box.Seal(Place, secret), out var opened));
        Assert.Equal(secret, opened);
    }

    [Theory]
    [InlineData("usr_2", "prov_1")]
    [InlineData("usr_1", "prov_2")]
    [InlineData("", "prov_1")]
    public void A_token_copied_to_another_row_does_not_open_there(string tenant, string id)
    {
        Assert.False(Box.TryOpen(new SecretPlace(tenant, id), Box.Seal(Place, "sk-test"), out var opened));
        Assert.Null(opened);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("""{"tenant":"usr_1","id":"prov_1","secret":7}""")]
    [InlineData("""{"tenant":1,"id":"prov_1","secret":"x"}""")]
    public void What_a_key_of_the_ring_sealed_otherwise_is_refused(string plaintext)
    {
        var token = _keys.Encrypt(System.Text.Encoding.UTF8.GetBytes(plaintext), DateTimeOffset.UnixEpoch);

        Assert.False(Box.TryOpen(Place, token, out _));
    }
}
