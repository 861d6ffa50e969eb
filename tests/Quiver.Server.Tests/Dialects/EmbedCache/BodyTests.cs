using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Quiver.Server.Dialects.EmbedCache;
using Quiver.Server.Dialects.EmbedCache.Bodies;
using Quiver.Server.FastApi;

namespace Quiver.Server.Tests.Dialects.EmbedCache;

/// <summary>What FastAPI and pydantic said of bodies, as recorded, but that nothing that was sent is said again.</summary>
public sealed class BodyTests
{
    [Theory]
    [InlineData("""{}""", "missing text Field required")]
    [InlineData("""{"text":""}""", "string_too_short text String should have at least 1 character")]
    [InlineData("""{"text":null}""", "string_type text Input should be a valid string")]
    [InlineData("""{"text":5}""", "string_type text Input should be a valid string")]
    [InlineData("""{"text":["a"]}""", "string_type text Input should be a valid string")]
    [InlineData("""{"text":"\ud800"}""", "string_unicode text Input should be a valid string, unable to parse raw data as a unicode string")]
    [InlineData("""{"text":"a","model":null}""", "string_type model Input should be a valid string")]
    [InlineData("""{"text":"a","public":"maybe"}""", "bool_parsing public Input should be a valid boolean, unable to interpret input")]
    [InlineData("""{"text":"a","public":2}""", "bool_parsing public Input should be a valid boolean, unable to interpret input")]
    [InlineData("""{"text":"a","public":null}""", "bool_type public Input should be a valid boolean")]
    [InlineData("""{"public":{"a":[1]},"model":[],"text":{}}""", "string_type text Input should be a valid string; string_type model Input should be a valid string; bool_type public Input should be a valid boolean")]
    public void What_is_wrong_with_members_is_told_all_at_once_in_their_order(string body, string expected) => Assert.Equal(expected, Errors(body, new EmbedBody()));

    [Theory]
    [InlineData("""{"texts":[]}""", "too_short texts List should have at least 1 item after validation, not 0")]
    [InlineData("""{"texts":"a"}""", "list_type texts Input should be a valid list")]
    [InlineData("""{"texts":["a",5]}""", "string_type texts[1] Input should be a valid string")]
    [InlineData("""{"texts":[[5],""]}""", "string_type texts[0] Input should be a valid string")]
    [InlineData("""{"texts":["a",""]}""", "value_error body Value error, texts[1] must be at least 1 character")]
    [InlineData("""{"text":"a"}""", "missing texts Field required")]
    public void What_is_wrong_with_a_batch_names_the_first_text(string body, string expected) => Assert.Equal(expected, Errors(body, new BatchBody()));

    [Fact]
    public void A_batch_of_101_is_too_long_and_says_so()
    {
        var texts = string.Join(',', Enumerable.Repeat("\"\"", 101));
        Assert.Equal("too_long texts List should have at most 100 items after validation, not 101", Errors($$"""{"texts":[{{texts}}]}""", new BatchBody()));
    }

    [Theory]
    [InlineData("a", 10_000, true)]
    [InlineData("a", 10_001, false)]
    [InlineData("\U0001F600", 10_000, true)]
    [InlineData("\U0001F600", 10_001, false)]
    public void The_length_of_a_text_is_counted_in_characters(string character, int count, bool passes)
    {
        var text = string.Concat(Enumerable.Repeat(character, count));
        Assert.Equal(passes ? "" : "string_too_long text String should have at most 10000 characters", Errors(JsonSerializer.Serialize(new { text }), new EmbedBody()));
        Assert.Equal(passes ? "" : "value_error body Value error, texts[0] exceeds max length of 10000 characters", Errors(JsonSerializer.Serialize(new { texts = new[] { text } }), new BatchBody()));
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "value_error body Value error, Either query_text or query_vector is required")]
    [InlineData("""{"query_text":"a","query_vector":[1],"model":"m"}""", "value_error body Value error, query_text and query_vector are mutually exclusive")]
    [InlineData("""{"query_text":"a","top_k":0}""", "greater_than_equal top_k Input should be greater than or equal to 1")]
    [InlineData("""{"query_text":"a","top_k":101}""", "less_than_equal top_k Input should be less than or equal to 100")]
    [InlineData("""{"query_text":"a","top_k":2.5}""", "int_from_float top_k Input should be a valid integer, got a number with a fractional part")]
    [InlineData("""{"query_text":"a","min_score":1.5}""", "less_than_equal min_score Input should be less than or equal to 1")]
    [InlineData("""{"query_text":"a","min_score":-0.1}""", "greater_than_equal min_score Input should be greater than or equal to 0")]
    [InlineData("""{"query_vector":[1,"a"]}""", "float_type query_vector[1] Input should be a valid number")]
    [InlineData("""{"query_vector":[1e60]}""", "float_type query_vector[0] Input should be a valid number")]
    public void What_is_wrong_with_a_search_is_told(string body, string expected) => Assert.Equal(expected, Errors(body, new SearchBody()));

    [Theory]
    [InlineData("""{"query_text":"a","model":"m","top_k":"7","min_score":"0.5","include_vectors":"yes","include_text":0}""")]
    [InlineData("""{"text":"a","model":"m","top_k":7,"min_score":0.5,"include_vectors":1,"include_text":"off"}""")]
    public void A_search_is_read_as_lax_as_the_service_was_and_with_its_clients_name_for_the_text(string body)
    {
        var search = Read(body, new SearchBody());
        Assert.Equal(("a", "m", 7, 0.5, true, false), (search.Text, search.Model, search.Count, search.MinScore, search.WithVectors, search.WithText));
    }

    [Theory]
    [InlineData("{", "json_invalid body[1]")]
    [InlineData("not json", "json_invalid body[1]")]
    [InlineData("""{"text": "Hello",}""", "json_invalid body[17]")]
    [InlineData("""{"text": "Hello"} x""", "json_invalid body[18]")]
    [InlineData("{\n\"text\": \"ä\" x}", "json_invalid body[14]")]
    public void What_is_not_JSON_is_told_with_the_character_it_ends_at(string body, string expected)
    {
        var error = Assert.Throws<EmbedCacheException>(() => Read(body, new EmbedBody()));
        Assert.Equal($"{expected} JSON decode error", Shown(error));
    }

    [Theory]
    [InlineData("", "application/json", "missing body Field required")]
    [InlineData("[]", "application/json", "model_attributes_type body")]
    [InlineData("null", "application/json", "model_attributes_type body")]
    [InlineData("""{"text":"a"}""", "text/plain", "model_attributes_type body")]
    [InlineData("""{"text":"a"}""", null, "model_attributes_type body")]
    public void What_is_no_JSON_object_is_told(string body, string? contentType, string expected)
    {
        var error = Assert.Throws<EmbedCacheException>(() => Read(body, new EmbedBody(), contentType));
        Assert.StartsWith(expected, Shown(error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"text":"first","text":"a","x":{"text":1}}""")]
    [InlineData("\uFEFF{\"text\":\"a\"}")]
    public void The_last_of_equal_members_counts_and_a_byte_order_mark_does_not(string body) => Assert.Equal("a", Read(body, new EmbedBody(), "application/vnd.api+json").Text);

    [Theory]
    [InlineData("alice@EXAMPLE.com", "alice@example.com")]
    [InlineData("Alice@example.com", "Alice@example.com")]
    [InlineData("Al <al@example.com>", "al@example.com")]
    [InlineData("  pad@example.com ", "pad@example.com")]
    public void An_address_is_taken_as_the_service_took_it(string written, string read) =>
        Assert.Equal(read, Read(JsonSerializer.Serialize(new { email = written, password = "12345678" }), CredentialsBody.OfSignUp()).Email);

    [Theory]
    [InlineData("nope", "An email address must have an @-sign.")]
    [InlineData("", "An email address must have an @-sign.")]
    [InlineData("a@b.test", "The part after the @-sign is a special-use or reserved name that cannot be used with email.")]
    [InlineData("a@localhost", "The part after the @-sign is not valid. It should have a period.")]
    [InlineData("@example.com", "There must be something before the @-sign.")]
    [InlineData("a b@example.com", "The email address contains invalid characters before the @-sign.")]
    [InlineData("a@exa mple.com", "The part after the @-sign is not a valid domain name.")]
    public void An_address_that_is_none_is_refused_with_the_reason(string written, string reason)
    {
        var error = Assert.Throws<EmbedCacheException>(() => Read(JsonSerializer.Serialize(new { email = written, password = "12345678" }), CredentialsBody.OfLogIn()));
        Assert.Equal($"value_error email value is not a valid email address: {reason}", Shown(error));
        Assert.Equal(reason, Detail(error)[0].GetProperty("ctx").GetProperty("reason").GetString());
    }

    /// <summary>The service echoed what it did not like: a password that was too short, and with it all its neighbours.</summary>
    [Theory]
    [InlineData("""{"email":"canary-address","password":"canary"}""")]
    [InlineData("""{"password":"canary password"}""")]
    [InlineData("""{"email":"a@example.com","password":{"canary":"canary"}}""")]
    [InlineData("""["canary"]""")]
    [InlineData("\"canary\"")]
    [InlineData("""{"password":"canary""")]
    [InlineData("canary")]
    public void Nothing_that_was_sent_is_repeated(string body)
    {
        var error = Assert.Throws<EmbedCacheException>(() => Read(body, CredentialsBody.OfSignUp()));
        Assert.DoesNotContain("canary", System.Text.Encoding.UTF8.GetString(error.Answer.Body.Span), StringComparison.Ordinal);
    }

    private static string Errors(string body, FastApiBody target)
    {
        try
        {
            Read(body, target);
            return "";
        }
        catch (EmbedCacheException error)
        {
            return Shown(error);
        }
    }

    private static T Read<T>(string body, T target, string? contentType = "application/json")
        where T : FastApiBody
    {
        var request = new DefaultHttpContext().Request;
        request.ContentType = contentType;
        return EmbedCacheException.Bodies.Read(request, System.Text.Encoding.UTF8.GetBytes(body), target);
    }

    private static string Shown(EmbedCacheException error)
    {
        Assert.Equal(422, error.Answer.Status);
        return string.Join("; ", Detail(error).EnumerateArray().Select(item =>
        {
            var loc = item.GetProperty("loc").EnumerateArray().ToList();
            var index = loc[^1].ValueKind == JsonValueKind.Number ? $"[{loc[^1]}]" : "";
            var name = loc.Last(part => part.ValueKind == JsonValueKind.String).GetString();
            return $"{item.GetProperty("type")} {name}{index} {item.GetProperty("msg")}";
        }));
    }

    private static JsonElement Detail(EmbedCacheException error) => JsonDocument.Parse(error.Answer.Body).RootElement.GetProperty("detail");
}
