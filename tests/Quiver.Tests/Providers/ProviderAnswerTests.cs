using Quiver.Providers;

namespace Quiver.Tests.Providers;

public sealed class ProviderAnswerTests
{
    private const string One = """{"input":"{{text}}"}""";
    private const string Many = """{"input":"{{texts}}"}""";

    [Theory]
    [InlineData(One, "$.data[0].embedding", """{"data":[{"embedding":[1,2]}]}""", "1 2")]
    [InlineData(One, "$.data[*].embedding", """{"data":[{"embedding":[1,2]},{"embedding":[3,4]}]}""", "1 2")]
    [InlineData(One, "$.embeddings", """{"embeddings":[[1,2]]}""", "1 2")]
    [InlineData(One, "$", "[1e-3, -0, 2.5E2]", "0.001 -0 250")]
    [InlineData(Many, "$.data[*].embedding", """{"data":[{"embedding":[1]},{"embedding":[2]},{"embedding":[3]}]}""", "1|2|3")]
    [InlineData(Many, "$.embeddings", """{"embeddings":[[1],[2],[3]]}""", "1|2|3")]
    [InlineData(Many, "$.embeddings[*]", """{"embeddings":[[1],[2],[3]]}""", "1|2|3")]
    [InlineData(Many, "$.data[*].embedding", """{"data":[{"index":2,"embedding":[3]},{"index":0,"embedding":[1]},{"index":1,"embedding":[2]}]}""", "1|2|3")]
    public void Vectors_are_found_where_the_path_leads(string template, string path, string json, string expected)
    {
        var vectors = Read(template, path, json, count: expected.Split('|').Length);

        Assert.Equal(expected, string.Join('|', vectors.Select(vector => string.Join(' ', vector.Select(element => element.ToString(System.Globalization.CultureInfo.InvariantCulture))))));
    }

    [Theory]
    [InlineData(One, "$.e", "{}", "NoVectors")]
    [InlineData(One, "$.e", """{"e":null}""", "NoVectors")]
    [InlineData(One, "$.e", """{"e":"AACAPw=="}""", "NoVectors")]
    [InlineData(One, "$.e", """{"e":["1","2"]}""", "NoVectors")]
    [InlineData(One, "$.e", """{"e":[1,null]}""", "NoVectors")]
    [InlineData(One, "$.e[*]", """{"e":[1,2]}""", "NoVectors")]
    [InlineData(One, "$.e", """{"e":{"0":1}}""", "NoVectors")]
    [InlineData(One, "$.e", """{"e":[[[1]]]}""", "NoVectors")]
    [InlineData(One, "$.e", """{"e":[1],"e":[2]}""", "NoVectors")]
    [InlineData(One, "$.e", """{"e":[1]} x""", "NoVectors")]
    [InlineData(One, "$.e", """{"\ud800":1,"e":[1]}""", "NoVectors")]
    [InlineData(One, "$.e", """{"e":[NaN]}""", "NoVectors")]
    [InlineData(One, "$.e", """{"e":[]}""", "WrongWidth")]
    [InlineData(One, "$.e", """{"e":[[1],[2]]}""", "WrongCount")]
    [InlineData(One, "$.e", """{"e":[1e999]}""", "NotFinite")]
    [InlineData(One, "$.e", """{"e":[3.5e38]}""", "NotFinite")]
    [InlineData(Many, "$.e[*]", """{"e":[[1],[2]]}""", "WrongCount")]
    [InlineData(Many, "$.e[*]", """{"e":[[1],[2],[3],[4]]}""", "WrongCount")]
    [InlineData(Many, "$.e[*]", """{"e":[[1],[2],[3,4]]}""", "WrongWidth")]
    [InlineData(Many, "$.e", """{"e":[1,2,3]}""", "WrongCount")]
    [InlineData(Many, "$.e[*].v", """{"e":[{"v":[1],"index":0},{"v":[2],"index":0},{"v":[3],"index":2}]}""", "WrongCount")]
    [InlineData(Many, "$.e[*].v", """{"e":[{"v":[1],"index":0},{"v":[2],"index":1},{"v":[3],"index":3}]}""", "WrongCount")]
    [InlineData(Many, "$.e[*].v", """{"e":[{"v":[1],"index":0},{"v":[2],"index":1},{"v":[3],"index":"2"}]}""", "WrongCount")]
    public void An_answer_that_holds_anything_else_is_refused(string template, string path, string json, string fault)
    {
        var failure = Assert.Throws<ProviderFailure>(() => Read(template, path, json, count: template == One ? 1 : 3));

        Assert.Equal(fault, failure.Fault.ToString());
        Assert.False(failure.MayPass);
    }

    [Fact]
    public void A_vector_of_another_width_than_before_is_refused()
    {
        Assert.Equal(ProviderFault.WrongWidth, Assert.Throws<ProviderFailure>(() => Read(One, "$", "[1,2]", 1, width: 3)).Fault);
        Assert.Single(Read(One, "$", "[1,2,3]", 1, width: 3));
    }

    [Fact]
    public void A_vector_has_a_largest_width()
    {
        var widest = $"[{string.Join(',', Enumerable.Repeat("0.5", ProviderAnswer.MaxWidth))}]";

        Assert.Equal(ProviderAnswer.MaxWidth, Read(One, "$", widest, 1)[0].Length);
        Assert.Equal(ProviderFault.WrongWidth, Assert.Throws<ProviderFailure>(() => Read(One, "$", widest[..^1] + ",1]", 1)).Fault);
    }

    private static float[][] Read(string template, string path, string json, int count, int? width = null) => ProviderAnswer.Read(
        System.Text.Encoding.UTF8.GetBytes(json),
        ProviderDefinition.Of(new EndpointRule([]), "n", "https://api.openai.com/", template, path, null),
        count,
        width);
}
