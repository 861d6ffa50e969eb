using Quiver.Diagnostics;
using Quiver.Providers;

namespace Quiver.Tests.Providers;

public sealed class RequestTemplateTests
{
    /// <summary>Defect 6: EmbedCache's document says {{text}}, its code takes $TEXT, and not in every place.</summary>
    [Theory]
    [InlineData("""{"model":"m","input":"{{text}}"}""", """{"model":"m","input":"hello"}""")]
    [InlineData("""{"model":"m","input":"$TEXT"}""", """{"model":"m","input":"hello"}""")]
    [InlineData("""{"input":"pre $TEXT mid {{text}} post $TEXT"}""", """{"input":"pre hello mid hello post hello"}""")]
    [InlineData(
        """{"a":{"input":"$TEXT","n":1},"l":["$TEXT",2,{"deep":"{{text}}"},["$TEXT"]],"$TEXT":"k","{{text}}":null}""",
        """{"a":{"input":"hello","n":1},"l":["hello",2,{"deep":"hello"},["hello"]],"$TEXT":"k","{{text}}":null}""")]
    [InlineData("""{"inputs":["{{text}}"], "x" : 1.0, "y":1e2, "z":true}""", """{"inputs":["hello"],"x":1.0,"y":1e2,"z":true}""")]
    public void Both_placeholders_count_at_any_depth_and_member_names_stay(string template, string body)
    {
        Assert.Equal(body, Filled(template, "hello"));
    }

    [Fact]
    public void A_list_takes_the_place_of_its_string()
    {
        Assert.Equal("""{"model":"m","o":[{"all":["a","b"]}]}""", Filled("""{"model":"m","o":[{"all":"{{texts}}"}]}""", "a", "b"));
    }

    [Theory]
    [InlineData("\",\"model\":\"other\",\"x\":\"", """{"input":"\",\"model\":\"other\",\"x\":\""}""")]
    [InlineData("$TEXT {{text}} {{texts}}", """{"input":"$TEXT {{text}} {{texts}}"}""")]
    [InlineData("a\u0000b\n\\", """{"input":"a\u0000b\n\\"}""")]
    [InlineData("Ω 🏹 </script>", """{"input":"Ω 🏹 </script>"}""")]
    [InlineData("", """{"input":""}""")]
    public void A_text_stays_a_text_whatever_it_holds(string text, string body)
    {
        Assert.Equal(body.Replace("🏹", "\\uD83C\\uDFF9", StringComparison.Ordinal), Filled("""{"input":"{{text}}"}""", text));
    }

    [Fact]
    public void A_text_that_holds_a_place_is_not_filled_again()
    {
        Assert.Equal("""{"a":"{{text}}$TEXT!"}""", Filled("""{"a":"{{text}}!"}""", "{{text}}$TEXT"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"{{text}}\"")]
    [InlineData("{}")]
    [InlineData("""{"input":"text"}""")]
    [InlineData("""{"$TEXT":"in a name only"}""")]
    [InlineData("""{"input":"{{text}}","all":"{{texts}}"}""")]
    [InlineData("""{"input":"all of {{texts}}"}""")]
    [InlineData("""{"input":"{{text}}","input":"x"}""")]
    [InlineData("""{"input":"{{text}} \ud800"}""")]
    [InlineData("""{"\udc00":"{{text}}"}""")]
    [InlineData("{")]
    [InlineData("""{"one":"{{texts}}","again":"{{texts}}"}""")]
    [InlineData("""{"a":"{{text}}{{text}}{{text}}{{text}}","b":["$TEXT$TEXT$TEXT$TEXT$TEXT"]}""")]
    public void What_has_no_place_for_a_text_is_no_template(string json)
    {
        Assert.NotEmpty(Assert.Throws<FormatException>(() => RequestTemplate.Parse(json)).Message);
    }

    [Fact]
    public void A_template_has_a_largest_size()
    {
        Assert.Throws<FormatException>(() => RequestTemplate.Parse($$$"""{"a":"{{text}}","b":"{{{new string('x', RequestTemplate.MaxBytes)}}}"}"""));
    }

    [Fact]
    public void A_template_has_eight_places_and_no_more()
    {
        Assert.Equal("""{"a":"xxxx","b":["xxxx"]}""", Filled("""{"a":"{{text}}{{text}}{{text}}{{text}}","b":["$TEXT$TEXT$TEXT$TEXT"]}""", "x"));
    }

    [Theory]
    [InlineData("""{"a":"{{text}}","b":"$TEXT"}""", RequestTemplate.MaxBodyBytes / 2, 1)]
    [InlineData("""{"a":"$TEXT$TEXT$TEXT"}""", RequestTemplate.MaxBodyBytes / 3, 1)]
    [InlineData("""{"a":"{{texts}}"}""", RequestTemplate.MaxBodyBytes / 4, 4)]
    public void A_body_has_a_largest_size(string template, int length, int count)
    {
        var parsed = RequestTemplate.Parse(template);
        string[] Texts(int each) => [.. Enumerable.Repeat(new string('x', each), count)];

        Assert.InRange(parsed.Fill(Texts(length - 16)).Length, 1, RequestTemplate.MaxBodyBytes);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<QuiverException>(() => parsed.Fill(Texts(length))).Kind);
    }

    [Fact]
    public void Its_text_is_compact_so_that_spaces_make_no_other_template()
    {
        Assert.Equal(RequestTemplate.Parse("""{"a":"$TEXT"}""").Text, RequestTemplate.Parse(" { \"a\" :\n\"$TEXT\" } ").Text);
    }

    private static string Filled(string template, params string[] texts) => System.Text.Encoding.UTF8.GetString(RequestTemplate.Parse(template).Fill(texts).Span);
}
