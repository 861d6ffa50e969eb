using System.Net;
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
