using Quiver.Secrets;

namespace Quiver.Tests.Secrets;

public sealed class SecretDerivationTests
{
    /// <summary>Encrypted by python3-cryptography as EmbedCache does it: PBKDF2 of the text with its fixed salt.</summary>
    [Fact]
    public void What_EmbedCache_encrypted_is_opened_for_the_move()
    {
        var key = SecretDerivation.OfEmbedCache("a-real-looking-encryption-key-42");

        Assert.True(Fernet.TryDecrypt(key, EmbedCacheToken, out var plaintext, out _));
        Assert.Equal("sk-from-embed-cache"u8.ToArray(), plaintext);
    }

    [Fact]
    public void The_same_text_gives_another_key_in_another_installation()
    {
        var (one, other) = (new byte[SecretDerivation.SaltBytes], Enumerable.Repeat((byte)1, SecretDerivation.SaltBytes).ToArray());

        Assert.Equal(SecretDerivation.Derive("a working text", one).Fingerprint, SecretDerivation.Derive("a working text", one).Fingerprint);
        Assert.NotEqual(SecretDerivation.Derive("a working text", one).Fingerprint, SecretDerivation.Derive("a working text", other).Fingerprint);
        Assert.NotEqual(SecretDerivation.Derive("a working text", one).Fingerprint, SecretDerivation.OfEmbedCache("a working text").Fingerprint);
    }

    [Theory]
    [InlineData("your-32-byte-encryption-key")]
    [InlineData("your-jwt-secret-key")]
    [InlineData("YOUR_ENCRYPTION_KEY")]
    [InlineData("changeme")]
    [InlineData("<generate one>")]
    [InlineData("secret")]
    [InlineData("   ")]
    [InlineData("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")]
    public void A_text_of_a_document_is_known_for_one(string text)
    {
        Assert.True(SampleSecrets.Contain(text));
    }

    [Fact]
    public void A_chosen_text_or_a_random_key_is_no_sample()
    {
        Assert.False(SampleSecrets.Contain("correct horse battery staple"));
        Assert.False(SampleSecrets.Contain("kR9v2mQz7Lw4Xp1T"));
        for (var i = 0; i < 1000; i++)
            Assert.False(SampleSecrets.Contain(FernetKey.Generate().Export()));
    }

    private const string EmbedCacheToken = "gAAAAABo53gAfCrtGalsq_jQSZF5kv7nJ1R4ueDV379WaEv7VwOme0iWfwURgg8iblYu-uWplLrNucgC7XOME3IpFwuOddrXvETEFw2bNc-7JMidAENLIbM=";
}
