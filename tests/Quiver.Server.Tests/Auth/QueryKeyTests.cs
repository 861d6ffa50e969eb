using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Auth;

public sealed class QueryKeyTests
{
    private const string Key = "0123456789abcdef-canary";

    [Theory]
    [InlineData(false, HttpStatusCode.Unauthorized)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task A_key_in_the_query_counts_only_where_that_is_switched_on(bool isOn, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key, QueryKey = isOn });

        Assert.Equal(expected, (await server.GetAsync($"/v1/models?api_key={Key}")).Status);
        Assert.Equal(expected, (await server.GetAsync($"/v1/models?a=b&API_KEY={Key}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/v1/models?api_key=wrong-0123456789")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync($"/v1/models?api_key={Key}&api_key={Key}")).Status);
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/nothing/here")]
    public async Task It_stands_in_no_log_and_no_answer(string path)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key, QueryKey = true });
        var answer = await server.GetAsync($"{path}?api_key={Key}");
        await server.StopAsync();

        Assert.NotEmpty(server.Log);
        Assert.DoesNotContain("canary", server.Log + System.Text.Encoding.UTF8.GetString(answer.Bytes), StringComparison.Ordinal);
    }
}
