using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

public sealed class ModelsTests
{
    [Fact]
    public async Task The_list_has_every_name_that_requests_may_use()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Aliases = [new("text-embedding-3-small", "fake")] });
        var answer = await server.GetAsync("/v1/models");

        Assert.Equal("list", answer.Json.GetProperty("object").GetString());
        var models = answer.Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["fake", "text-embedding-3-small"], models.Select(model => model.GetProperty("id").GetString()));
        Assert.All(models, model =>
        {
            Assert.Equal(["id", "object", "created", "owned_by"], model.EnumerateObject().Select(member => member.Name));
            Assert.Equal("model", model.GetProperty("object").GetString());
            Assert.InRange(model.GetProperty("created").GetInt64(), 1_700_000_000, 10_000_000_000);
        });
    }

    [Theory]
    [InlineData("org/model", "/v1/models/org/model")]
    [InlineData("org/model", "/v1/models/org%2Fmodel")]
    [InlineData("org/model", "/v1/models/org%2fmodel")]
    [InlineData("a b", "/v1/models/a%20b")]
    public async Task A_model_is_found_by_its_name_however_the_client_writes_it(string name, string path)
    {
        await using var server = await TestServer.StartAsync(model: new WordEmbedder(name));
        Assert.Equal(name, (await server.GetAsync(path)).Json.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("/v1/models/other")]
    [InlineData("/v1/models/fake/more")]
    [InlineData("/v1/models/FAKE")]
    [InlineData("/v1/models/..%2Ffake")]
    public async Task An_unknown_model_is_a_404(string path)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal("model_not_found", answer.Error().Code);
    }
}
