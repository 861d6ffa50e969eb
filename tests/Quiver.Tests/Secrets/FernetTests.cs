using Quiver.Secrets;

namespace Quiver.Tests.Secrets;

/// <summary>The vectors of github.com/fernet/spec (generate.json, verify.json, invalid.json), and changed tokens.</summary>
public sealed class FernetTests
{
    private const string SpecKey = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    private const string SpecToken = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    private static readonly DateTimeOffset SpecTime = new(1985, 10, 26, 1, 20, 0, TimeSpan.FromHours(-7));

    private static FernetKey Key { get; } = FernetKey.TryParse(SpecKey, out var key) ? key : throw new InvalidOperationException();

    [Fact]
    public void The_specification_s_token_is_made_to_the_letter()
    {
        byte[] iv = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

        Assert.Equal(SpecToken, Fernet.Encrypt(Key, "hello"u8, SpecTime, iv));
    }

    [Fact]
    public void The_specification_s_token_is_opened()
    {
        Assert.True(Fernet.TryDecrypt(Key, SpecToken, TimeSpan.FromSeconds(60), SpecTime.AddSeconds(1), out var plaintext));
        Assert.Equal("hello", System.Text.Encoding.UTF8.GetString(plaintext));
    }

    [Theory]
    [InlineData("incorrect mac", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==", 1)]
    [InlineData("too short", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==", 1)]
    [InlineData("invalid base64", "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==", 1)]
    [InlineData("payload size not multiple of block size", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm", 1)]
    [InlineData("payload padding error", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==", 1)]
    [InlineData("far-future time", "gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==", 1)]
    [InlineData("expired", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==", 91)]
    [InlineData("incorrect IV", "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==", 1)]
    public void The_specification_s_invalid_tokens_are_refused(string why, string token, int secondsAfter)
    {
        Assert.False(Fernet.TryDecrypt(Key, token, TimeSpan.FromSeconds(60), SpecTime.AddSeconds(secondsAfter), out var plaintext), why);
        Assert.Null(plaintext);
    }

    [Fact]
    public void Age_alone_is_what_the_expired_and_the_future_token_are_refused_for()
    {
        const string Expired = "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==";
        const string Future = "gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==";

        Assert.True(Fernet.TryDecrypt(Key, Expired, out _, out _));
        Assert.True(Fernet.TryDecrypt(Key, Future, out _, out _));
    }

    [Fact]
    public void Every_flipped_bit_of_100_tokens_is_noticed()
    {
        var random = new Random(140);
        for (var i = 0; i < 100; i++)
        {
            var plaintext = new byte[random.Next(80)];
            random.NextBytes(plaintext);
            var token = Fernet.Encrypt(Key, plaintext, SpecTime);
            Assert.True(Fernet.TryDecrypt(Key, token, out var opened, out var time));
            Assert.Equal(plaintext, opened);
            Assert.Equal(SpecTime, time);

            var bytes = Base64UrlText.TryDecode(token)!;
            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(Fernet.TryDecrypt(Key, Base64UrlText.Encode(bytes), out _, out _), $"bit {bit} of {token}");
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void Every_flipped_bit_of_a_token_s_letters_is_noticed()
    {
        // 16 lengths of plaintext, so that tokens end in no, one and two characters of padding.
        for (var length = 0; length < 48; length += 16)
        {
            var letters = Fernet.Encrypt(Key, new byte[length], SpecTime).ToCharArray();
            for (var bit = 0; bit < letters.Length * 8; bit++)
            {
                letters[bit / 8] ^= (char)(1 << (bit % 8));
                Assert.False(Fernet.TryDecrypt(Key, new string(letters), out _, out _), $"bit {bit}");
                letters[bit / 8] ^= (char)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void Equal_plaintexts_give_tokens_that_differ()
    {
        Assert.NotEqual(Fernet.Encrypt(Key, "hello"u8, SpecTime), Fernet.Encrypt(Key, "hello"u8, SpecTime));
    }

    [Theory]
    [InlineData("")]
    [InlineData("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4")]
    [InlineData("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e5=")]
    [InlineData("cw/0x689RpI+jtRR7oE8h/eQsKImvJapLeSbXpwF4e4=")]
    [InlineData(" cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")]
    [InlineData("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4Q==")]
    [InlineData("your-32-byte-encryption-key")]
    public void A_text_that_is_no_key_is_not_read_as_one(string text)
    {
        Assert.False(FernetKey.TryParse(text, out _));
    }

    [Fact]
    public void A_new_key_reads_back_and_never_prints_itself()
    {
        var key = FernetKey.Generate();

        Assert.True(FernetKey.TryParse(key.Export(), out var read));
        Assert.Equal(key.Fingerprint, read.Fingerprint);
        Assert.NotEqual(key.Fingerprint, FernetKey.Generate().Fingerprint);
        Assert.Equal("***", $"{key}");
    }
}
