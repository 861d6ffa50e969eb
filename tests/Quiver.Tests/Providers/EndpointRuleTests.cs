using Quiver.Diagnostics;
using Quiver.Providers;

namespace Quiver.Tests.Providers;

public sealed class EndpointRuleTests
{
    private readonly EndpointRule _rule = new([]);

    [Theory]
    [InlineData("https://api.openai.com/v1/embeddings", "https://api.openai.com/v1/embeddings")]
    [InlineData("HTTPS://API.OPENAI.COM/v1/embeddings", "https://api.openai.com/v1/embeddings")]
    [InlineData("https://api.openai.com./v1", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com:443/v1?api-version=1", "https://api.openai.com/v1?api-version=1")]
    [InlineData("https://api.cohere.com/v2/embed#part", "https://api.cohere.com/v2/embed")]
    [InlineData("https://api.cohere.ai", "https://api.cohere.ai/")]
    [InlineData("https://api.voyageai.com/v1/../v1/embeddings", "https://api.voyageai.com/v1/embeddings")]
    [InlineData("https://api.mistral.ai/v1/embeddings", "https://api.mistral.ai/v1/embeddings")]
    [InlineData("https://api.together.xyz/v1/embeddings", "https://api.together.xyz/v1/embeddings")]
    public void A_listed_host_is_allowed(string endpoint, string stored)
    {
        Assert.Equal(stored, _rule.Require(endpoint).AbsoluteUri);
    }

    [Theory]
    [InlineData("http://api.openai.com/v1", "HTTPS required for BYOK endpoints")]
    [InlineData("", "HTTPS required for BYOK endpoints")]
    [InlineData("nonsense", "HTTPS required for BYOK endpoints")]
    [InlineData("ftp://api.openai.com/", "HTTPS required for BYOK endpoints")]
    [InlineData("file:///etc/passwd", "HTTPS required for BYOK endpoints")]
    [InlineData("//api.openai.com/v1", "HTTPS required for BYOK endpoints")]
    [InlineData(" https://api.openai.com/v1", "HTTPS required for BYOK endpoints")]
    [InlineData("https:/api.openai.com/v1", "HTTPS required for BYOK endpoints")]
    [InlineData("https:\\\\api.openai.com\\v1", "HTTPS required for BYOK endpoints")]
    [InlineData("https://example.com/v1", "Host not in allowed list: example.com")]
    [InlineData("https://localhost/v1", "Host not in allowed list: localhost")]
    [InlineData("https://10.0.0.1/v1", "Host not in allowed list: 10.0.0.1")]
    [InlineData("https://169.254.169.254/latest", "Host not in allowed list: 169.254.169.254")]
    [InlineData("https://metadata.google.internal/", "Host not in allowed list: metadata.google.internal")]
    [InlineData("https://x.api.openai.com/v1", "Host not in allowed list: x.api.openai.com")]
    [InlineData("https://api.openai.com.evil.test/v1", "Host not in allowed list: api.openai.com.evil.test")]
    [InlineData("https://evilapi.openai.com/v1", "Host not in allowed list: evilapi.openai.com")]
    [InlineData("https://api.openai.com@example.com/v1", "Host not in allowed list: example.com")]
    [InlineData("https://api.openai.com:443@example.com/v1", "Host not in allowed list: example.com")]
    [InlineData("https://127.1/", "Host not in allowed list: 127.0.0.1")]
    [InlineData("https://2130706433/", "Host not in allowed list: 127.0.0.1")]
    [InlineData("https://0x7f000001/", "Host not in allowed list: 127.0.0.1")]
    [InlineData("https://0177.0.0.1/", "Host not in allowed list: 127.0.0.1")]
    [InlineData("https://0/", "Host not in allowed list: 0.0.0.0")]
    [InlineData("https://[::1]/v1", "Host not in allowed list: ::1")]
    [InlineData("https://[::ffff:127.0.0.1]/v1", "Host not in allowed list: ::ffff:127.0.0.1")]
    [InlineData("https:///v1", "Host not in allowed list: None")]
    [InlineData("https://[::1/v1", "Invalid IPv6 URL")]
    [InlineData("https://user:pw@api.openai.com/v1", "User info not allowed in BYOK endpoints")]
    [InlineData("https://user@api.openai.com/v1", "User info not allowed in BYOK endpoints")]
    [InlineData("https://@api.openai.com/v1", "User info not allowed in BYOK endpoints")]
    [InlineData("https://api.openai.com:8443/v1", "Port not in allowed list: 8443")]
    [InlineData("https://api.openai.com:80/v1", "Port not in allowed list: 80")]
    [InlineData("https://api.openai.com:0/v1", "Port not in allowed list: 0")]
    [InlineData("https://api.openai.com:99999/v1", "Invalid URL")]
    [InlineData("https://api.openai.com\\@evil.test/", "Invalid URL")]
    [InlineData("https://evil.test\\.api.openai.com/", "Invalid URL")]
    [InlineData("https://api.openai.com/\r\nX-Evil: 1", "Invalid URL")]
    [InlineData("https://api.openai.com\t.evil.test/", "Invalid URL")]
    [InlineData("https://api.openai.com%00.evil.test/", "Invalid URL")]
    [InlineData("https://api.openai.com%2eevil.test/", "Invalid URL")]
    [InlineData("https://evil.test /", "Invalid URL")]
    public void All_else_is_refused_in_words(string endpoint, string message)
    {
        var refused = Assert.Throws<QuiverException>(() => _rule.Require(endpoint));

        Assert.Equal((ErrorKind.InvalidInput, message, "endpoint"), (refused.Kind, refused.Message, refused.Parameter));
    }

    [Theory]
    [InlineData("https://ⓐpi.openai.com/v1")]
    [InlineData("https://api。openai。com/v1")]
    [InlineData("https://①②⑦.⓪.⓪.①/")]
    [InlineData("https://аpi.openai.com/v1")]
    public void Letters_that_look_alike_lead_to_a_listed_host_or_nowhere(string endpoint)
    {
        try
        {
            Assert.Contains(_rule.Require(endpoint).Host, EndpointRule.BuiltIn.Select(host => host.Name));
        }
        catch (QuiverException refused)
        {
            Assert.StartsWith("Host not in allowed list: ", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_endpoint_has_a_longest_length()
    {
        Assert.Throws<QuiverException>(() => _rule.Require("https://api.openai.com/" + new string('a', EndpointRule.MaxLength)));
    }

    [Theory]
    [InlineData(".openai.azure.com", "https://mine.openai.azure.com/openai", true)]
    [InlineData(".openai.azure.com", "https://a.b.openai.azure.com/openai", true)]
    [InlineData(".openai.azure.com", "https://openai.azure.com/", false)]
    [InlineData(".openai.azure.com", "https://evilopenai.azure.com/", false)]
    [InlineData(".openai.azure.com", "https://mine.openai.azure.com.evil.test/", false)]
    [InlineData("embeddings.example.com:8443", "https://embeddings.example.com:8443/v1", true)]
    [InlineData("embeddings.example.com:8443", "https://embeddings.example.com/v1", false)]
    [InlineData("Embeddings.Example.com", "https://EMBEDDINGS.example.com./v1", true)]
    public void The_operator_s_hosts_are_names_or_suffixes_with_a_port(string host, string endpoint, bool isAllowed)
    {
        Assert.True(AllowedHost.TryParse(host, out var allowed));
        var rule = new EndpointRule([allowed]);

        if (isAllowed)
            Assert.NotNull(rule.Require(endpoint));
        else
            Assert.Throws<QuiverException>(() => rule.Require(endpoint));
        // The others go on.
        Assert.NotNull(rule.Require("https://api.openai.com/v1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("*")]
    [InlineData(".com")]
    [InlineData("localhost")]
    [InlineData("..example.com")]
    [InlineData("*.example.com")]
    [InlineData("https://example.com")]
    [InlineData("example.com/path")]
    [InlineData("example.com:")]
    [InlineData("example.com:0")]
    [InlineData("example.com:65536")]
    [InlineData("example.com:+80")]
    [InlineData("10.0.0.1")]
    [InlineData("[::1]:443")]
    [InlineData("bücher.example")]
    public void What_is_no_host_cannot_be_listed(string text)
    {
        Assert.False(AllowedHost.TryParse(text, out _));
    }
}
