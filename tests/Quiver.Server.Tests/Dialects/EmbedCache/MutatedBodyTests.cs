using System.Net;
using System.Text.Json;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.EmbedCache;

public sealed class MutatedBodyTests
{
    private const int Bodies = 10_000;

    private static readonly MutatedBodies Mutated = new(
        [
            """{"text":"some text","public":true}""",
            """{"public":0,"text":"\u00e9\ud83d\ude00 \n a","user":"u"}""",
            """{"text":"a","public":"no","extra":{"a":[1,2.5e3,null,true],"b":"c"}}""",
        ],
        ["\"text\":", "\"text\":\"\",", "\"text\":null,", "\"public\":7,", "\"public\":true,"]);

    private static readonly MutatedBodies MutatedBatches = new(
        [
            """{"texts":["some text","another"],"public":true}""",
            """{"public":false,"texts":["\u00e9\ud83d\ude00","a","b"]}""",
        ],
        ["\"texts\":", "\"\",", "null,", "\"public\":7,", "[", "]"]);

    [Theory]
    [InlineData("/v1/embed")]
    [InlineData("/v1/embed/batch")]
    public async Task No_damaged_body_is_a_fault_or_a_hang(string path)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Compat = new HashSet<string> { "embed-cache" } });
        var statuses = await (path == "/v1/embed" ? Mutated : MutatedBatches).PostAsync(server, path, Bodies, Check);

        // The mutations must reach all sides, or they prove little.
        Assert.InRange(statuses[200], Bodies / 20, Bodies);
        Assert.InRange(statuses[422], Bodies / 4, Bodies);
    }

    private static void Check(Answer answer)
    {
        Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity });
        if (answer.Status == HttpStatusCode.OK)
            return;
        Assert.Equal(["detail", "error"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(answer.Status == HttpStatusCode.BadRequest ? JsonValueKind.String : JsonValueKind.Array, answer.Json.GetProperty("detail").ValueKind);
    }
}
