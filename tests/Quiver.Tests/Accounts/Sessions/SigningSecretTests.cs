using Quiver.Accounts.Sessions;

namespace Quiver.Tests.Accounts.Sessions;

public sealed class SigningSecretTests
{
    [Theory]
    [InlineData("your-jwt-secret-key", true)]
    [InlineData(" Your-JWT-Secret-Key ", true)]
    [InlineData("your-32+char-jwt-secret", true)]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015", false)]
    public void A_text_out_of_documentation_is_no_secret(string text, bool isSample) => Assert.Equal(isSample, SigningSecret.IsSample(text));

    [Fact]
    public void A_short_text_is_stretched_with_the_salt_of_the_installation()
    {
        var one = SigningSecret.OfText("short", [1, 2, 3, 4, 5, 6, 7, 8], out var isShort);

        Assert.True(isShort);
        Assert.Equal(one.KeyId, SigningSecret.OfText("short", [1, 2, 3, 4, 5, 6, 7, 8], out _).KeyId);
        Assert.NotEqual(one.KeyId, SigningSecret.OfText("short", [8, 7, 6, 5, 4, 3, 2, 1], out _).KeyId);
    }

    [Fact]
    public void A_long_one_is_taken_as_it_is()
    {
        var text = new string('s', 32);
        Assert.Equal(SigningSecret.Of(System.Text.Encoding.UTF8.GetBytes(text)).KeyId, SigningSecret.OfText(text, [], out var isShort).KeyId);
        Assert.False(isShort);
    }
}
