using System.Text.Json;
using Quiver.Providers;

namespace Quiver.Tests.Providers;

/// <summary>The cases of RFC 9535 that fall into the subset, and what is outside of it.</summary>
public sealed class JsonPathTests
{
    private const string Document =
        """{"a":[10,[20,21],{"b":30}],"b":{"k":1,"a.b":2,"'":3,"\"":4,"\\":5,"é":6,"💡":7,"":8,"0":9,"_x1":11},"data":[{"embedding":[1,2]},{"embedding":[3]}],"n":null}""";

    [Theory]
    [InlineData("$.a[0]", "10")]
    [InlineData("$.a[-1]", """{"b":30}""")]
    [InlineData("$.a[-3]", "10")]
    [InlineData("$.a[-4]", "")]
    [InlineData("$.a[3]", "")]
    [InlineData("$.a[9007199254740991]", "")]
    [InlineData("$['a'][1][1]", "21")]
    [InlineData("$[\"b\"]['k']", "1")]
    [InlineData("$.b['a.b']", "2")]
    [InlineData("$.b['\\'']", "3")]
    [InlineData("$.b[\"'\"]", "3")]
    [InlineData("$.b['\"']", "4")]
    [InlineData("$.b[\"\\\"\"]", "4")]
    [InlineData("$.b['\\\\']", "5")]
    [InlineData("$.b.é", "6")]
    [InlineData("$.b['\\u00e9']", "6")]
    [InlineData("$.b.💡", "7")]
    [InlineData("$.b['\\uD83D\\uDCA1']", "7")]
    [InlineData("$.b['']", "8")]
    [InlineData("$.b['0']", "9")]
    [InlineData("$.b[0]", "")]
    [InlineData("$.b._x1", "11")]
    [InlineData("$.a.b", "")]
    [InlineData("$.a['0']", "")]
    [InlineData("$.data[*].embedding", "[1,2]|[3]")]
    [InlineData("$.data.*.embedding", "[1,2]|[3]")]
    [InlineData("$.data[0].embedding", "[1,2]")]
    [InlineData("$.data[*].embedding[*]", "1|2|3")]
    [InlineData("$.a[2].*", "30")]
    [InlineData("$.n", "null")]
    [InlineData("$.n.a", "")]
    [InlineData("$.n[*]", "")]
    [InlineData("$ [ 'a' ]\t[\n0 ]", "10")]
    [InlineData("$ .a", "[10,[20,21],{\"b\":30}]")]
    public void A_path_leads_to_what_it_names(string path, string expected)
    {
        using var document = JsonDocument.Parse(Document);

        Assert.Equal(expected, string.Join('|', JsonPath.Parse(path).Find(document.RootElement).Select(match => match.Value.GetRawText())));
    }

    [Fact]
    public void The_root_alone_is_the_document()
    {
        using var document = JsonDocument.Parse("[1]");

        Assert.Equal("[1]", Assert.Single(JsonPath.Parse("$").Find(document.RootElement)).Value.GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData(" $")]
    [InlineData("$ ")]
    [InlineData("$$$[")]
    [InlineData("$.")]
    [InlineData("$..a")]
    [InlineData("$. a")]
    [InlineData("$.1a")]
    [InlineData("$.a-b")]
    [InlineData("$a")]
    [InlineData("$[")]
    [InlineData("$[]")]
    [InlineData("$[01]")]
    [InlineData("$[-0]")]
    [InlineData("$[-]")]
    [InlineData("$[+1]")]
    [InlineData("$[1.0]")]
    [InlineData("$[9007199254740992]")]
    [InlineData("$[-9007199254740992]")]
    [InlineData("$[99999999999999999999999]")]
    [InlineData("$[a]")]
    [InlineData("$['a]")]
    [InlineData("$['a\"]")]
    [InlineData("$['\\\"']")]
    [InlineData("$['\\x41']")]
    [InlineData("$['\\u12']")]
    [InlineData("$['\\uD83D']")]
    [InlineData("$['\\uDCA1\\uD83D']")]
    [InlineData("$['\t']")]
    [InlineData("$['a'")]
    [InlineData("$[0,1]")]
    [InlineData("$[0:2]")]
    [InlineData("$[?@.a]")]
    [InlineData("$['a','b']")]
    [InlineData("$[**]")]
    [InlineData("$.\0")]
    public void What_is_no_path_of_the_subset_is_refused(string path)
    {
        Assert.NotEmpty(Assert.Throws<FormatException>(() => JsonPath.Parse(path)).Message);
    }

    [Fact]
    public void A_path_has_a_longest_length()
    {
        Assert.Throws<FormatException>(() => JsonPath.Parse("$" + string.Concat(Enumerable.Repeat("[0]", JsonPath.MaxLength))));
    }
}
