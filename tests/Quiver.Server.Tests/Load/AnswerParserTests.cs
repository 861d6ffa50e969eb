using Quiver.Bench.Http;

namespace Quiver.Server.Tests.Load;

/// <summary>The load generator's reading of answers: an end found in the wrong place would falsify every figure.</summary>
public sealed class AnswerParserTests
{
    private const string Sized = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nContent-Type: application/json\r\n\r\nhello\r\n\r\nxy";
    private const string Empty = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: 3\r\n\r\n";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1a\r\nabcdefghijklmnopqrstuvwxy\n\r\n0\r\n\r\n";

    [Theory]
    [InlineData(Sized, 200, false)]
    [InlineData(Empty, 429, true)]
    [InlineData(Chunked, 200, false)]
    public void An_answer_ends_with_its_last_byte_however_it_is_cut(string answer, int status, bool hasRetryAfter)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(answer);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var parser = new AnswerParser();
            // Twice: what is left of one answer must not be read into the next.
            for (var time = 0; time < 2; time++)
            {
                for (var at = 0; at < bytes.Length; at += size)
                    Assert.Equal(at + size >= bytes.Length, parser.Take(bytes.AsSpan(at, Math.Min(size, bytes.Length - at))));
                Assert.Equal((status, hasRetryAfter), (parser.Status, parser.HasRetryAfter));
            }
        }
    }
}
