using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Quiver.Server.Auth;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Auth;

public sealed class EndpointAccessTests
{
    [Fact]
    public async Task Every_endpoint_says_who_may_call_it()
    {
        await using var server = await TestServer.StartAsync();

        Assert.NotEmpty(server.Endpoints);
        Assert.All(server.Endpoints, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<Access>()));
    }

    [Fact]
    public void A_server_with_one_that_does_not_is_never_built()
    {
        Endpoint[] endpoints = [new(null, new EndpointMetadataCollection(Access.Anyone), "/open"), new(null, EndpointMetadataCollection.Empty, "/forgotten")];

        EndpointAccess.RequireEverywhere(endpoints[..1]);
        var error = Assert.Throws<InvalidOperationException>(() => EndpointAccess.RequireEverywhere(endpoints));
        Assert.Contains("/forgotten", error.Message, StringComparison.Ordinal);
    }

    /// <summary>What is open to the world is told here by name: a further one is a decision, not an accident.</summary>
    [Fact]
    public async Task What_is_open_to_anyone_is_on_this_list()
    {
        await using var server = await TestServer.StartAsync();

        var open = server.Endpoints.Cast<RouteEndpoint>().Where(endpoint => endpoint.Metadata.GetMetadata<Access>()!.IsAnyone).Select(endpoint => endpoint.RoutePattern.RawText);
        Assert.Equal(["/", "/api-doc/openapi.json", "/docs", "/health", "/health/live", "/health/ready", "/openapi.json", "/ping", "/v1/health"], open.Order(StringComparer.Ordinal));
    }
}
