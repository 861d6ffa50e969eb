using System.Net;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

public sealed class MutatedBodyTests
{
    private const int Bodies = 20_000;

    private static readonly MutatedBodies Mutated = new(
        [
            """{"model":"fake","input":"some text","encoding_format":"float"}""",
            """{"model":"fake","input":["a","b c","\u00e9\ud83d\ude00 \n"],"dimensions":4,"user":"u"}""",
            """{"model":"fake","input":[5,6,7],"encoding_format":"base64","truncate":false}""",
            """{"model":"fake","input":[[5,6,7],[8],[9,10]],"extra":{"a":[1,2.5e3,null,true],"b":"c"}}""",
            """{"model":"fake","input":["a","",[]],"error_policy":"per_item","input_type":"query","prompt_name":null}""",
            """{"error_policy":"per_item","model":"fake","input":[[5],[],[99999]]}""",
            """ { "input" : [ "x" , "y" ] , "model" : "fake" , "dimensions" : null } """,
        ],
        ["\"input\":", "\"input\":[],", "\"model\":\"\",", "\"dimensions\":0,", "\"dimensions\":1e2,", "\"truncate\":true,", "\"error_policy\":\"per_item\",", "\"long_input\":\"mean\",", "\"output_dtype\":\"binary\","]);

    [Fact]
    public async Task No_damaged_body_is_a_fault_or_a_hang()
    {
        await using var server = await TestServer.StartAsync();
        var statuses = await Mutated.PostAsync(server, "/v1/embeddings", Bodies, Check);

        // The mutations must reach both sides, or they prove little.
        Assert.InRange(statuses[200], Bodies / 20, Bodies);
        Assert.InRange(statuses[400], Bodies / 4, Bodies);
        Assert.InRange(statuses[404], 20, Bodies);
    }

    private static void Check(Answer answer)
    {
        Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.NotFound });
        if (answer.Status == HttpStatusCode.OK)
            Assert.All(answer.Json.GetProperty("data").EnumerateArray(), item => Assert.NotEqual(item.TryGetProperty("embedding", out _), item.TryGetProperty("error", out _)));
        else
            answer.Error();
    }
}
