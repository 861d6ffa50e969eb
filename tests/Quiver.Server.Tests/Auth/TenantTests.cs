using System.Net;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Auth;

public sealed class TenantTests
{
    [Fact]
    public async Task What_one_user_had_computed_is_no_hit_for_another()
    {
        await using var server = await AccountServer.StartAsync();
        var (_, ada, _) = await server.AddUserAsync("ada@example.com");
        var (_, bob, _) = await server.AddUserAsync("bob@example.com");

        await server.EmbedAsync(ada, "whose is this");
        Assert.Equal("1", (await server.EmbedAsync(ada, "whose is this")).Header("x-quiver-cache-hits"));
        Assert.Null((await server.EmbedAsync(bob, "whose is this")).Header("x-quiver-cache-hits"));
        Assert.Null((await server.EmbedAsync(AccountServer.MasterKey, "whose is this")).Header("x-quiver-cache-hits"));
    }

    [Fact]
    public async Task Two_keys_of_one_user_share_what_is_his()
    {
        await using var server = await AccountServer.StartAsync();
        var (id, first, _) = await server.AddUserAsync("ada@example.com");
        var (second, _) = await server.AddKeyAsync(id, """{"key_prefix":"fe_"}""");

        await server.EmbedAsync(first, "a text of two keys");
        Assert.Equal("1", (await server.EmbedAsync(second, "a text of two keys")).Header("x-quiver-cache-hits"));
    }

    [Fact]
    public async Task A_key_is_taken_in_every_form_that_clients_send()
    {
        await using var server = await AccountServer.StartAsync(configure: options => options with { QueryKey = true });
        var (_, key, _) = await server.AddUserAsync("ada@example.com");
        foreach (var (header, value) in new[] { ("Authorization", "Bearer " + key), ("Authorization", key), ("X-API-Key", key) })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.TryAddWithoutValidation(header, value);
            Assert.Equal(HttpStatusCode.OK, (await server.Server.SendAsync(request)).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await server.Server.GetAsync($"/v1/models?api_key={key}")).Status);
    }
}
