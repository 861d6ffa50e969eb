using System.Net;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.FastEmbed;

public sealed class MutatedBodyTests
{
    private const int Bodies = 10_000;

    private static readonly MutatedBodies Mutated = new(
        [
            """{"text":"some text","normalize":true}""",
            """{"normalize":false,"text":"\u00e9\ud83d\ude00 \n a","user":"u"}""",
            """["some text",false]""",
            """{"text":"a","extra":{"a":[1,2.5e3,null,true],"b":"c"}} tail""",
        ],
        ["\"text\":", "\"text\":\"\",", "\"text\":null,", "\"normalize\":0,", "\"normalize\":true,"]);

    [Fact]
    public async Task No_damaged_body_is_a_fault_or_a_hang()
    {
        await using var server = await TestServer.StartAsync();
        var statuses = await Mutated.PostAsync(server, "/v1/embed", Bodies, Check);

        // The mutations must reach all sides, or they prove little.
        Assert.InRange(statuses[200], Bodies / 20, Bodies);
        Assert.InRange(statuses[400], Bodies / 4, Bodies);
        Assert.InRange(statuses[422], Bodies / 40, Bodies);
    }

    private static void Check(Answer answer)
    {
        Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity });
        var members = answer.Json.EnumerateObject().Select(member => member.Name).ToList();
        if (answer.Status == HttpStatusCode.OK)
            Assert.Equal(8, answer.Json.GetProperty("embedding").GetArrayLength());
        else
            Assert.Equal(["error", "message"], members.Where(member => member != "max_tokens"));
    }
}
