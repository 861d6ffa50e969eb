using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

public sealed class LongInputTests
{
    /// <summary>70 words where 30 are taken: windows of 30, 30 and 10.</summary>
    private static readonly string[] Words = [.. Enumerable.Range(0, 70).Select(i => $"w{i}")];

    [Fact]
    public async Task Mean_takes_every_window_by_its_length_and_counts_them_all()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await PostAsync(server, ",\"long_input\":\"mean\"");

        var expected = new double[server.Model.Width];
        foreach (var window in Words.Chunk(30))
        {
            var vector = server.Model.VectorOf(server.Model.Tokenize(string.Join(' ', window)));
            for (var i = 0; i < expected.Length; i++)
                expected[i] += vector[i] * (window.Length + 2.0);
        }

        var length = Math.Sqrt(expected.Sum(x => x * x));
        var actual = Assert.Single(answer.Vectors());
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First / length, pair.Second, 1e-6));
        Assert.Equal(76, answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.False(answer.Json.GetProperty("data")[0].TryGetProperty("truncated", out _));
    }

    [Theory]
    [InlineData(",\"long_input\":\"truncate\"", true)]
    [InlineData(",\"long_input\":\"error\"", false)]
    [InlineData(",\"long_input\":null,\"truncate\":true", true)]
    public async Task Error_and_truncate_are_those_of_truncate(string members, bool cut)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { AutoTruncate = !cut });
        Assert.Equal(cut ? HttpStatusCode.OK : HttpStatusCode.BadRequest, (await PostAsync(server, members)).Status);
    }

    [Theory]
    [InlineData(",\"long_input\":\"mean\",\"truncate\":true", "Invalid value for 'long_input'. Give it or 'truncate', not both.")]
    [InlineData(",\"long_input\":\"END\"", "Invalid value for 'long_input'. Supported values are: 'error', 'truncate' and 'mean'.")]
    public async Task What_contradicts_or_is_unknown_is_refused(string members, string message)
    {
        await using var server = await TestServer.StartAsync();
        var error = (await PostAsync(server, members)).Error();
        Assert.Equal((message, "long_input", "invalid_value"), (error.Message, error.Param, error.Code));
    }

    private static Task<Answer> PostAsync(TestServer server, string members) =>
        server.EmbedAsync($$"""{"model":"fake","input":"{{string.Join(' ', Words)}}"{{members}}}""");
}
