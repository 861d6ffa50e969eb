using System.Text.Json;

namespace Quiver.Server.Tests.Replay;

/// <summary>The replay is worth what its comparison sees.</summary>
public sealed class ComparisonTests
{
    private const string Json = "application/json";

    [Theory]
    [InlineData("""[[0.5,-1.0],[3,0.25]]""", """[[0.50005,-1],[3,0.25]]""")]
    [InlineData("""[{"_first":[0.5,0.25],"_length":3}]""", """[[0.5,0.25,9]]""")]
    [InlineData("""{"a":{"b":null},"c":"x"}""", """{"c":"x","a":{"b":null}}""")]
    [InlineData("""{"embedding":"AACAPw=="}""", """{"embedding":"AQCAPw=="}""")]
    public void What_agrees_is_no_difference(string recorded, string answered) => Assert.Empty(Aspects(recorded, answered));

    [Theory]
    [InlineData("""[[0.5,-1.0]]""", """[[0.5,-1.001]]""", "member [][]")]
    [InlineData("""[[0.5,-1.0]]""", """[[0.5]]""", "member []")]
    [InlineData("""[[0.5,-1.0]]""", """[["0.5",-1.0]]""", "member [][]")]
    [InlineData("""[{"_first":[0.5,0.25],"_length":3}]""", """[[0.5,0.25]]""", "member [][]")]
    [InlineData("""{"usage":{"tokens":3}}""", """{"usage":{"tokens":3.0001}}""", "member usage.tokens")]
    [InlineData("""{"a":1,"b":2}""", """{"a":1}""", "member b")]
    [InlineData("""{"a":1}""", """{"a":1,"b":{"c":2}}""", "extra member b")]
    [InlineData("""{"model":"AACAPw=="}""", """{"model":"AQCAPw=="}""", "member model")]
    [InlineData("""{"a":null}""", """{"a":false}""", "member a")]
    [InlineData("""[1]""", """[1""", "body")]
    public void A_body_that_differs_is_named_by_the_member(string recorded, string answered, string aspect) =>
        Assert.Equal([aspect], Aspects(recorded, answered));

    [Theory]
    [InlineData("no such field", """{"error":"no such field","type":"X"}""", "plain text")]
    [InlineData("no such field", """{"error":"no field","type":"X"}""", "plain text, message")]
    [InlineData("no such field", "no such fields", "text")]
    [InlineData("", """{"error":""}""", "text")]
    public void A_text_that_differs_is_told_from_one_that_is_wrapped(string recorded, string answered, string aspects) =>
        Assert.Equal(aspects, string.Join(", ", Compare(new { status = 422, headers = new { }, text = recorded }, Answer(422, answered))));

    [Fact]
    public void Under_another_status_only_the_statuses_are_reported() =>
        Assert.Equal(["status 422 → 200"], Compare(new { status = 422, headers = new { allow = "GET" }, text = "x" }, Answer(200, "y")));

    [Fact]
    public void Recorded_headers_must_come_and_a_content_type_only_where_one_was_recorded()
    {
        var recorded = new { status = 200, headers = new { allow = "GET,HEAD", vary = "origin", time = "<integer>", date = "x" }, text = "" };
        var answer = Answer(200, "", ("Allow", "HEAD, GET"), ("time", "12"), ("Content-Type", "text/html"), ("x-more", "1"));

        Assert.Equal(["header vary", "header content-type"], Compare(recorded, answer));
        Assert.Equal(["header allow", "header vary", "header time"], Compare(recorded, Answer(200, "", ("allow", "GET"), ("time", "1.5"))));
    }

    [Fact]
    public async Task An_answer_in_chunks_and_one_with_a_length_are_read_from_the_same_connection()
    {
        using var stream = new MemoryStream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nx"u8.ToArray());

        var first = await WireAnswer.ReadAsync(stream, noBody: false, TestContext.Current.CancellationToken);
        var second = await WireAnswer.ReadAsync(stream, noBody: false, TestContext.Current.CancellationToken);

        Assert.Equal((200, "abcde"), (first!.Status, System.Text.Encoding.UTF8.GetString(first.Body)));
        Assert.Equal((404, "x"), (second!.Status, System.Text.Encoding.UTF8.GetString(second.Body)));
        Assert.Null(await WireAnswer.ReadAsync(stream, noBody: false, TestContext.Current.CancellationToken));
    }

    private static string[] Aspects(string recorded, string answered)
    {
        var body = JsonDocument.Parse(recorded).RootElement;
        return Compare(new Dictionary<string, object> { ["status"] = 200, ["headers"] = new Dictionary<string, string> { ["content-type"] = Json }, ["body"] = body }, Answer(200, answered, ("Content-Type", Json)));
    }

    private static string[] Compare(object recorded, WireAnswer answer) =>
        [.. Comparison.Compare(JsonSerializer.SerializeToElement(recorded), answer).Select(difference => difference.Aspect)];

    private static WireAnswer Answer(int status, string body, params (string Name, string Value)[] headers) =>
        new(status, [.. headers.Select(header => new KeyValuePair<string, string>(header.Name, header.Value))], System.Text.Encoding.UTF8.GetBytes(body));
}
