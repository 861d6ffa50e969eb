using System.Net;
using System.Text.Json;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.Tei;

/// <summary>Damaged bodies on every route: TEI's answers or TEI's errors, and no fault.</summary>
public sealed class MutatedBodyTests
{
    private const int Bodies = 3_000;

    private static readonly string[] Members =
    [
        "\"inputs\":", "\"inputs\":[],", "\"inputs\":[[]],", "\"inputs\":{},", "\"truncate\":null,", "\"truncation_direction\":null,", "\"truncation_direction\":\"left\",",
        "\"prompt_name\":\"\",", "\"normalize\":0,", "\"dimensions\":0,", "\"dimensions\":-1,", "\"parameters\":1,", "\"ids\":[4294967296],", "\"instances\":[1],",
    ];

    private static readonly MutatedBodies Embed = new(
        [
            """{"inputs":"some text","truncate":true}""",
            """{"inputs":["a","b c",[5,6],"\u00e9\ud83d\ude00 \n"],"dimensions":4,"normalize":false}""",
            """{"inputs":[[1,5,2],[1,6,2]],"truncation_direction":"Left","prompt_name":null,"extra":{"a":[1,2.5e3,null,true]}}""",
            """["a",true,"Right",null,true,4] tail""",
        ],
        Members);

    private static readonly MutatedBodies Sentences = new(
        ["""{"inputs":{"source_sentence":"a","sentences":["b","c d"]},"parameters":{"truncate":true,"truncation_direction":"left"}}""", """[["a",["b"]],null]"""], Members);

    private static readonly MutatedBodies Texts = new(["""{"inputs":["some text","b"],"add_special_tokens":false,"prompt_name":null}""", """{"inputs":"\u00e9\ud83d\ude00"}"""], Members);

    private static readonly MutatedBodies Ids = new(["""{"ids":[[5,6],[7]],"skip_special_tokens":false}""", """{"ids":[1,5,2]}"""], Members);

    private static readonly MutatedBodies Instances = new(["""{"instances":[{"inputs":"a"},{"inputs":["b",[5]],"dimensions":2}],"parameters":{}}""", """[[{"inputs":"a"}]]"""], Members);

    private static readonly MutatedBodies Rerank = new(["""{"query":"a","texts":["b","c"],"truncate":null,"raw_scores":true}""", """["a",["b"],null,"left",false,true]"""], Members);

    private static readonly MutatedBodies Predict = new(["""{"inputs":[["a"],["b","c"]],"raw_scores":false}""", """{"inputs":["a","b"]}""", """{"inputs":"a"}"""], Members);

    [Theory]
    [InlineData("/embed")]
    [InlineData("/embed_all")]
    [InlineData("/embed_sparse")]
    [InlineData("/")]
    [InlineData("/invocations")]
    public Task No_damaged_body_of_texts_or_ids_is_a_fault_or_a_hang(string path) => CheckAsync(path, Embed);

    [Theory]
    [InlineData("/similarity")]
    [InlineData("/")]
    public Task No_damaged_body_of_sentences_is_a_fault_or_a_hang(string path) => CheckAsync(path, Sentences);

    [Fact]
    public Task No_damaged_body_of_texts_to_tokenize_is_a_fault_or_a_hang() => CheckAsync("/tokenize", Texts);

    [Fact]
    public Task No_damaged_body_of_ids_to_decode_is_a_fault_or_a_hang() => CheckAsync("/decode", Ids);

    [Fact]
    public Task No_damaged_body_of_instances_is_a_fault_or_a_hang() => CheckAsync("/vertex", Instances);

    [Fact]
    public Task No_damaged_body_of_texts_to_rank_is_a_fault_or_a_hang() => CheckAsync("/rerank", Rerank);

    [Fact]
    public Task No_damaged_body_of_texts_to_classify_is_a_fault_or_a_hang() => CheckAsync("/predict", Predict);

    private static async Task CheckAsync(string path, MutatedBodies bodies)
    {
        await using var server = await TestServer.StartAsync();
        var statuses = await bodies.PostAsync(server, path, Bodies, Check);

        // The mutations must reach all sides, or they prove little.
        Assert.InRange(statuses[200] + statuses[424], Bodies / 20, Bodies);
        Assert.InRange(statuses[400], Bodies / 10, Bodies);
        Assert.InRange(statuses[422], Bodies / 40, Bodies);
    }

    private static void Check(Answer answer)
    {
        Assert.Equal("application/json", answer.Header("Content-Type"));
        if (answer.Status == HttpStatusCode.OK)
        {
            Assert.Contains(answer.Json.ValueKind, new[] { JsonValueKind.Array, JsonValueKind.Object });
            return;
        }

        var expected = answer.Json.GetProperty("error_type").GetString() switch
        {
            "Empty" => new[] { HttpStatusCode.BadRequest },
            "Validation" => [HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity],
            // Never the server's own fault: a model of another kind is asked for.
            "Backend" when answer.Json.GetProperty("error").GetString()!.Contains("odel is not a", StringComparison.Ordinal) => [HttpStatusCode.FailedDependency],
            _ => [],
        };
        Assert.Contains(answer.Status, expected);
        Assert.Equal(["error", "error_type"], answer.Json.EnumerateObject().Select(member => member.Name));
    }
}
