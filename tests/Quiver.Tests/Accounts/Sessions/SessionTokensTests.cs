using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Quiver.Accounts;
using Quiver.Accounts.Sessions;
using Quiver.Tests.Support;

namespace Quiver.Tests.Accounts.Sessions;

public sealed class SessionTokensTests
{
    private readonly ManualTime _time = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly SessionTokens _tokens;

    public SessionTokensTests() => _tokens = new SessionTokens(SigningSecret.Of(_key), null, _time);

    [Fact]
    public void A_token_says_whose_it_is_for_24_hours_and_the_skew_of_clocks()
    {
        var token = _tokens.Create("usr_1", generation: 7);

        var claims = _tokens.Read(token);
        Assert.Equal(("usr_1", 7L, _time.GetUtcNow().AddDays(1)), (claims!.UserId, claims.Generation, claims.Expires));
        _time.Advance(TimeSpan.FromSeconds(86_400 + 29));
        Assert.NotNull(_tokens.Read(token));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_tokens.Read(token));
    }

    [Fact]
    public void A_token_from_the_future_is_not_believed()
    {
        var ahead = new ManualTime();
        ahead.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(_tokens.Read(new SessionTokens(SigningSecret.Of(_key), null, ahead).Create("usr_1", 0)));
    }

    [Fact]
    public void No_two_tokens_have_one_id() =>
        Assert.NotEqual(_tokens.Read(_tokens.Create("usr_1", 0))!.TokenId, _tokens.Read(_tokens.Create("usr_1", 0))!.TokenId);

    [Fact]
    public void Clients_read_what_EmbedCache_put_into_it()
    {
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(_tokens.Create("usr_1", 0).Split('.')[1])).RootElement;

        Assert.Equal("usr_1", claims.GetProperty("user_id").GetString());
        Assert.Equal(86_400, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public void Any_bit_flipped_is_noticed()
    {
        var token = _tokens.Create("usr_1", 0);
        for (var i = 0; i < token.Length; i++)
        {
            for (var bit = 0; bit < 16; bit++)
                Assert.Null(_tokens.Read($"{token[..i]}{(char)(token[i] ^ (1 << bit))}{token[(i + 1)..]}"));
        }
    }

    [Fact]
    public void Any_part_cut_off_or_added_is_noticed()
    {
        var token = _tokens.Create("usr_1", 0);
        for (var length = 0; length < token.Length; length++)
            Assert.Null(_tokens.Read(token[..length]));
        foreach (var more in new[] { token + "=", token + "A", " " + token, token + ".", token + "\n", "A" + token, token.Replace(".", "..", StringComparison.Ordinal) })
            Assert.Null(_tokens.Read(more));
    }

    /// <summary>Signed with the right secret, each of them: what is wrong is the header alone.</summary>
    [Theory]
    [InlineData("""{"alg":"HS256","typ":"JWT"}""")]
    [InlineData("""{"alg":"none","typ":"JWT","kid":"KID"}""")]
    [InlineData("""{"alg":"HS512","typ":"JWT","kid":"KID"}""")]
    [InlineData("""{"alg":"RS256","typ":"JWT","kid":"KID"}""")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"000000000000"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"KID","zip":"DEF"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"KID","jku":"https://evil.example/keys"}""")]
    [InlineData("""{"typ":"JWT","alg":"HS256","kid":"KID"}""")]
    public void A_foreign_header_is_refused(string header)
    {
        var kid = SigningSecret.Of(_key).KeyId;
        Assert.Null(_tokens.Read(Signed(header.Replace("KID", kid, StringComparison.Ordinal), ClaimsOf(_tokens.Create("usr_1", 0)))));
    }

    [Fact]
    public void The_same_by_hand_with_the_right_header_is_taken() // Else the test above would show nothing.
    {
        var header = $$"""{"alg":"HS256","typ":"JWT","kid":"{{SigningSecret.Of(_key).KeyId}}"}""";
        Assert.NotNull(_tokens.Read(Signed(header, ClaimsOf(_tokens.Create("usr_1", 0)))));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"user_id":"usr_1","iat":1,"exp":99999999999}""")]
    [InlineData("""{"iss":"quiver","user_id":"usr_1","gen":0,"jti":"j","iat":1,"exp":"99999999999"}""")]
    [InlineData("""{"iss":"quiver","user_id":"usr_1","gen":0.5,"jti":"j","iat":1,"exp":99999999999}""")]
    [InlineData("""{"iss":"quiver","user_id":"usr_1","gen":0,"jti":"j","iat":1,"exp":9223372036854775807}""")]
    [InlineData("""{"iss":"quiver","user_id":"usr_1","gen":0,"jti":"j","iat":1}""")]
    [InlineData("""{"iss":"other","user_id":"usr_1","gen":0,"jti":"j","iat":1,"exp":99999999999}""")]
    public void Claims_that_are_not_ours_are_refused(string claims)
    {
        var header = $$"""{"alg":"HS256","typ":"JWT","kid":"{{SigningSecret.Of(_key).KeyId}}"}""";
        Assert.Null(_tokens.Read(Signed(header, claims)));
    }

    [Fact]
    public void The_previous_secret_is_believed_and_the_one_before_it_is_not()
    {
        var (old, older) = (_tokens.Create("usr_1", 0), new SessionTokens(SigningSecret.Of(new byte[32]), null, _time).Create("usr_1", 0));
        var rotated = new SessionTokens(SigningSecret.Of(RandomNumberGenerator.GetBytes(32)), SigningSecret.Of(_key), _time);

        Assert.NotNull(rotated.Read(old));
        Assert.NotNull(rotated.Read(rotated.Create("usr_1", 0)));
        Assert.Null(rotated.Read(older));
        Assert.Null(_tokens.Read(rotated.Create("usr_1", 0)));
    }

    [Fact]
    public void A_token_is_no_key_and_a_key_no_token()
    {
        var (token, key) = (_tokens.Create("usr_1", 0), ApiKey.Create("vec_"));

        Assert.False(ApiKey.IsPossible(token));
        Assert.True(SessionTokens.LooksLikeOne(token));
        Assert.False(SessionTokens.LooksLikeOne(key));
        Assert.Null(_tokens.Read(key));
    }

    [Fact]
    public void A_token_over_8_KB_is_not_looked_at()
    {
        var header = $$"""{"alg":"HS256","typ":"JWT","kid":"{{SigningSecret.Of(_key).KeyId}}"}""";
        var claims = ClaimsOf(_tokens.Create("usr_1", 0));
        Assert.NotNull(_tokens.Read(Signed(header, claims.PadRight(5_900))));
        Assert.Null(_tokens.Read(Signed(header, claims.PadRight(6_100))));
    }

    private static string ClaimsOf(string token) => System.Text.Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[1]));

    private string Signed(string header, string claims)
    {
        var head = $"{Encoded(header)}.{Encoded(claims)}";
        return $"{head}.{Base64Url.EncodeToString(HMACSHA256.HashData(_key, System.Text.Encoding.ASCII.GetBytes(head)))}";
    }

    private static string Encoded(string text) => Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(text));
}
