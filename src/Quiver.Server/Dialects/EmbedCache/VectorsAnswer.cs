using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Quiver.Embedding;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>Writes the answers that hold vectors, which all clients of the service can read: as its documents have them, and as its Go and Python clients look for them.</summary>
internal static class VectorsAnswer
{
    /// <summary>The answer beside the vectors, whose numbers take at most 16 bytes each.</summary>
    private const int AnswerBytes = 512;

    /// <summary>How the User-Agent of the clients begins that read a batch as a list of objects; the documented object is an error to them.</summary>
    private static readonly string[] ListReaders = ["vectorembed-go/", "vector-embed-cache-client/"];

    /// <summary>EmbedCache's members, "vector" for the clients that read that, and those of FastEmbed, whose route this is too.</summary>
    public static async Task WriteAsync(HttpContext context, EmbeddingResult result, TimeSpan latency)
    {
        using var answer = new AnswerBuffer(AnswerBytes + (32 * result.Dimensions));
        answer.Write("{"u8);
        WriteVectorTwice(answer, result, 0);
        answer.Write(",\"model\":\""u8);
        answer.Write(JsonEncodedText.Encode(result.Model, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        answer.Write("\",\"tokens\":"u8);
        answer.Write(result.Tokens(0));
        answer.Write(",\"latency_ms\":"u8);
        latency.TotalMilliseconds.TryFormat(answer.Room(32), out var written, "F3", CultureInfo.InvariantCulture);
        answer.Advance(written);
        answer.Write("}"u8);
        await answer.SendAsync(context);
    }

    public static async Task WriteBatchAsync(HttpContext context, EmbeddingResult result)
    {
        var asList = ReadsList(context.Request);
        using var answer = new AnswerBuffer(AnswerBytes + ((asList ? 32 : 16) * result.Dimensions * result.Count));
        if (asList)
            WriteList(answer, result);
        else
            WriteObject(answer, result);
        await answer.SendAsync(context);
    }

    private static void WriteObject(AnswerBuffer answer, EmbeddingResult result)
    {
        answer.Write("{\"embeddings\":["u8);
        for (var i = 0; i < result.Count; i++)
        {
            if (i > 0)
                answer.Write(","u8);
            answer.WriteVector(result, i);
        }

        answer.Write("],\"cached\":["u8);
        for (var i = 0; i < result.Count; i++)
        {
            if (i > 0)
                answer.Write(","u8);
            answer.Write(result.Cached(i) ? "true"u8 : "false"u8);
        }

        answer.Write("],\"dimensions\":"u8);
        answer.Write(result.Dimensions);
        answer.Write("}"u8);
    }

    private static void WriteList(AnswerBuffer answer, EmbeddingResult result)
    {
        answer.Write("["u8);
        for (var i = 0; i < result.Count; i++)
        {
            answer.Write(i > 0 ? ",{"u8 : "{"u8);
            WriteVectorTwice(answer, result, i);
            answer.Write("}"u8);
        }

        answer.Write("]"u8);
    }

    private static void WriteVectorTwice(AnswerBuffer answer, EmbeddingResult result, int index)
    {
        answer.Write("\"embedding\":"u8);
        var start = answer.Length;
        answer.WriteVector(result, index);
        var text = start..answer.Length;
        answer.Write(",\"vector\":"u8);
        var length = text.End.Value - start;
        var room = answer.Room(length);
        answer.Written.Span[text].CopyTo(room);
        answer.Advance(length);
        answer.Write(result.Cached(index) ? ",\"cached\":true"u8 : ",\"cached\":false"u8);
        answer.Write(",\"dimensions\":"u8);
        answer.Write(result.Dimensions);
    }

    private static bool ReadsList(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        return ListReaders.Any(reader => agent.StartsWith(reader, StringComparison.Ordinal));
    }
}
