using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Readiness_follows_the_self_test_down_and_up_again_while_requests_are_served()
    {
        await using var server = await TestServer.StartAsync(serviceOptions: new() { SelfTestInterval = TimeSpan.FromMilliseconds(5) });
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/health/ready")).Status);

        server.Model.OnVector = vector => vector[0] = float.NaN;
        foreach (var path in new[] { "/health/ready", "/health" })
            Assert.Equal("""{"status":"failing"}""", await UntilAsync(server, path, HttpStatusCode.ServiceUnavailable));
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/health/live")).Status);

        server.Model.OnVector = _ => { };
        Assert.Equal("""{"status":"ready"}""", await UntilAsync(server, "/health/ready", HttpStatusCode.OK));
    }

    [Fact]
    public async Task In_the_place_of_TEI_every_health_route_answers_TEIs_error_while_the_server_is_not_ready()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Compat = new HashSet<string> { "tei" } });
        string[] paths = ["/health", "/ping", "/"];
        foreach (var path in paths)
            Assert.Equal((HttpStatusCode.OK, ""), Read(await server.GetAsync(path)));

        server.Drain.Begin();
        foreach (var path in paths)
            Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"error":"unhealthy","error_type":"Unhealthy"}"""), Read(await server.GetAsync(path)));
    }

    private static (HttpStatusCode Status, string Text) Read(Answer answer) => (answer.Status, System.Text.Encoding.UTF8.GetString(answer.Bytes));

    private static async Task<string> UntilAsync(TestServer server, string path, HttpStatusCode status)
    {
        while (true)
        {
            var answer = await server.GetAsync(path);
            if (answer.Status == status)
                return System.Text.Encoding.UTF8.GetString(answer.Bytes);
        }
    }
}
