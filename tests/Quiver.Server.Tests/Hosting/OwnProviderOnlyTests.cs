using System.Net;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>A plan of one's own provider only holds on every route that embeds.</summary>
public sealed class OwnProviderOnlyTests
{
    [Theory]
    [InlineData("/v1/embeddings", """{"model":"fake","input":"a text"}""", HttpStatusCode.Forbidden)]
    [InlineData("/embed", """{"inputs":"a text"}""", HttpStatusCode.Forbidden)]
    [InlineData("/embed_all", """{"inputs":"a text"}""", HttpStatusCode.Forbidden)]
    [InlineData("/similarity", """{"inputs":{"source_sentence":"a text","sentences":["another"]}}""", HttpStatusCode.Forbidden)]
    [InlineData("/vertex", """{"instances":[{"inputs":"a text"}]}""", HttpStatusCode.Forbidden)]
    [InlineData("/v1/embed", """{"text":"a text"}""", HttpStatusCode.BadRequest)]
    [InlineData("/v1/embed/batch", """{"texts":["a text"]}""", HttpStatusCode.BadRequest)]
    public async Task No_route_computes_for_it(string path, string body, HttpStatusCode status)
    {
        await using var server = await AccountServer.StartAsync();
        var (_, served, _) = await server.AddUserAsync("served@example.com");
        var own = (await server.AdministerAsync("POST", "/users", """{"email":"own@example.com","plan":"embedcache-free"}""")).Json.GetProperty("api_key").GetString();

        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("POST", path, served, body)).Status);
        Assert.Equal(status, (await server.SendAsync("POST", path, own, body)).Status);
    }
}
