using System.Net;
using Quiver.Accounts;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>Limits and usage of servers that share a database.</summary>
public sealed class LimitStorageTests
{
    private static readonly ServeOptions FourAMonth = new() { Plan = "fastembed-free", PlanLimits = new PresetLimits { FastEmbedFree = 4 } };

    [Theory, EveryEngine]
    public async Task A_quota_and_the_usage_are_those_of_all_replicas_and_there_after_a_restart(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(engine);
        var options = FourAMonth with { Database = database.Url };
        await using (var first = await TestServer.StartAsync(options))
        await using (var second = await TestServer.StartAsync(options))
        {
            for (var i = 0; i < 4; i++)
                Assert.Equal(HttpStatusCode.OK, (await (i % 2 == 0 ? first : second).EmbedAsync(Body($"replicated {engine} {i}"))).Status);
            Assert.Equal(HttpStatusCode.TooManyRequests, (await first.EmbedAsync(Body($"replicated {engine} one more"))).Status);
        }

        await using var restarted = await TestServer.StartAsync(options);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await restarted.EmbedAsync(Body($"replicated {engine} after"))).Status);
        var total = (await restarted.GetAsync("/v1/usage")).Json.GetProperty("total");
        Assert.Equal((4, 4), (total.GetProperty("requests").GetInt32(), total.GetProperty("misses").GetInt32()));
    }

    private static string Body(string text) => $$"""{"model":"fake","input":"{{text}}"}""";
}
