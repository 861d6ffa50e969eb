using System.Diagnostics;

namespace Quiver.Server.Tests.Support;

/// <summary>Damaged request bodies, the same ones in every run: each must be answered, soon, and none with a fault of the server.</summary>
/// <param name="seeds">Good bodies to damage.</param>
/// <param name="members">Members that the route knows, to be put in at any place: <c>"input":[],</c>.</param>
internal sealed class MutatedBodies(string[] seeds, string[] members)
{
    /// <summary>A second, where nothing else runs; beside other tests a body may wait that long for its turn alone.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("QUIVER_LONG") == "1" ? 1 : 20);

    /// <summary>Pieces that parsers trip over.</summary>
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "", "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "-", "-0", "1e999", "1E-999", "0.1", "00", "2147483648", "-2147483649",
            "18446744073709551616", "\\u0000", "\\ud800", "\\udc00", "\\uFFFF", "\\x", "\u0000", "\ufeff", "\u202e", "\u2028", "NaN", "Infinity",
            "// x", "/* x */", "\r\n",
            new string('[', 70), new string('{', 70), "\"" + new string('a', 5000) + "\"", string.Concat(Enumerable.Repeat("1,", 3000)),
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0xC3], [0xFF, 0xFE], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0x80],
    ];

    private readonly byte[][] _seeds = [.. seeds.Select(System.Text.Encoding.UTF8.GetBytes)];

    private readonly byte[][] _pieces = [.. Pieces, .. members.Select(System.Text.Encoding.UTF8.GetBytes)];

    /// <summary>Posts <paramref name="count"/> bodies to a route and checks each answer; returns how many came with each status.</summary>
    public async Task<int[]> PostAsync(TestServer server, string path, int count, Action<Answer> check)
    {
        var statuses = new int[600];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (number, _) =>
            {
                var body = Body(new Random(number));
                var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new("application/json");
                var start = Stopwatch.GetTimestamp();
                var answer = await server.SendAsync(request);
                var time = Stopwatch.GetElapsedTime(start);
                try
                {
                    check(answer);
                    Assert.InRange(time, TimeSpan.Zero, Longest);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    throw new InvalidOperationException($"Body {number}, {Convert.ToBase64String(body)}, was answered {(int)answer.Status}: {exception.Message}", exception);
                }

                Interlocked.Increment(ref statuses[(int)answer.Status]);
            });
        return statuses;
    }

    private byte[] Body(Random random)
    {
        var body = new List<byte>(_seeds[random.Next(_seeds.Length)]);
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
                    body.InsertRange(at, _pieces[random.Next(_pieces.Length)]);
                    break;
                case 3:
                    body.RemoveRange(at, length);
                    body.InsertRange(at, _pieces[random.Next(_pieces.Length)]);
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
}
