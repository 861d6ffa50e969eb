using System.Diagnostics;
using System.Net;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

/// <summary>20,000 damaged bodies: each is answered, soon, with vectors or with an error of the right shape, and none with a fault of the server.</summary>
public sealed class MutatedBodyTests
{
    private const int Bodies = 20_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private static readonly byte[][] Seeds =
    [
        .. new[]
        {
            """{"model":"fake","input":"some text","encoding_format":"float"}""",
            """{"model":"fake","input":["a","b c","\u00e9\ud83d\ude00 \n"],"dimensions":4,"user":"u"}""",
            """{"model":"fake","input":[5,6,7],"encoding_format":"base64","truncate":false}""",
            """{"model":"fake","input":[[5,6,7],[8],[9,10]],"extra":{"a":[1,2.5e3,null,true],"b":"c"}}""",
            """ { "input" : [ "x" , "y" ] , "model" : "fake" , "dimensions" : null } """,
        }.Select(System.Text.Encoding.UTF8.GetBytes),
    ];

    /// <summary>Pieces that parsers trip over.</summary>
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "", "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "-", "-0", "1e999", "1E-999", "0.1", "00", "2147483648", "-2147483649",
            "18446744073709551616", "\\u0000", "\\ud800", "\\udc00", "\\uFFFF", "\\x", "\u0000", "\ufeff", "\u202e", "\u2028", "NaN", "Infinity",
            "\"input\":", "\"input\":[],", "\"model\":\"\",", "\"dimensions\":0,", "\"dimensions\":1e2,", "\"truncate\":true,", "// x", "/* x */", "\r\n",
            new string('[', 70), new string('{', 70), "\"" + new string('a', 5000) + "\"", string.Concat(Enumerable.Repeat("1,", 3000)),
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0xC3], [0xFF, 0xFE], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0x80],
    ];

    [Fact]
    public async Task No_damaged_body_is_a_fault_or_a_hang()
    {
        await using var server = await TestServer.StartAsync();
        var statuses = new int[600];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Bodies),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (seed, _) =>
            {
                var body = Mutate(new Random(seed));
                var start = Stopwatch.GetTimestamp();
                var answer = await PostAsync(server, body);
                Check(answer, Stopwatch.GetElapsedTime(start), seed, body);
                Interlocked.Increment(ref statuses[(int)answer.Status]);
            });

        // The mutations must reach both sides, or they prove little.
        Assert.InRange(statuses[200], Bodies / 20, Bodies);
        Assert.InRange(statuses[400], Bodies / 4, Bodies);
        Assert.InRange(statuses[404], 20, Bodies);
    }

    private static void Check(Answer answer, TimeSpan time, int seed, byte[] body)
    {
        try
        {
            Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.NotFound });
            if (answer.Status == HttpStatusCode.OK)
                Assert.NotEmpty(answer.Json.GetProperty("data").EnumerateArray());
            else
                answer.Error();
            Assert.InRange(time, TimeSpan.Zero, Longest);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new InvalidOperationException($"Body {seed}, {Convert.ToBase64String(body)}, was answered {(int)answer.Status}: {exception.Message}", exception);
        }
    }

    private static byte[] Mutate(Random random)
    {
        var body = new List<byte>(Seeds[random.Next(Seeds.Length)]);
        for (var changes = 1 + random.Next(3); changes > 0; changes--)
        {
            var at = random.Next(body.Count + 1);
            var length = Math.Min(random.Next(8), body.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < body.Count:
                    body[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    body.RemoveRange(at, length);
                    break;
                case 2:
                    body.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 3:
                    body.RemoveRange(at, length);
                    body.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 4:
                    body.InsertRange(random.Next(body.Count + 1), body.GetRange(at, Math.Min(body.Count - at, 40)));
                    break;
                case 5 when random.Next(4) == 0:
                    body.RemoveRange(at, body.Count - at);
                    break;
            }
        }

        return [.. body];
    }

    private static Task<Answer> PostAsync(TestServer server, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        return server.SendAsync(request);
    }
}
