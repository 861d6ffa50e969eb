using System.Text.Json;
using Quiver.Caching;
using Quiver.Embedding;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>Writes the answer of POST /v1/embeddings, numbers and base64 straight into a pooled buffer.</summary>
internal static class EmbeddingsWriter
{
    /// <summary>A larger answer goes out in pieces of this size, chunked; a smaller one in one piece with its length.</summary>
    private const int PieceBytes = 64 * 1024;

    public static async Task WriteAsync(HttpResponse response, EmbeddingResult result, bool base64, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        using var piece = new AnswerBuffer(PieceBytes);
        piece.Write("""{"object":"list","data":["""u8);
        for (var i = 0; i < result.Count; i++)
        {
            WriteItem(piece, result, i, base64);
            if (piece.Length < PieceBytes)
                continue;
            await response.Body.WriteAsync(piece.Written, cancellationToken);
            piece.Clear();
        }

        WriteEnd(piece, result);
        if (!response.HasStarted)
            response.ContentLength = piece.Length;
        await response.Body.WriteAsync(piece.Written, cancellationToken);
    }

    private static void WriteItem(AnswerBuffer piece, EmbeddingResult result, int index, bool base64)
    {
        if (index > 0)
            piece.Write(","u8);
        piece.Write("""{"object":"embedding","index":"""u8);
        piece.Write(index);
        piece.Write(""","embedding":"""u8);
        piece.WriteVector(result, index, base64 ? VectorTextKind.Base64 : VectorTextKind.Numbers);
        // Beyond OpenAI, and only where it says something: the text was longer than what was embedded.
        piece.Write(result.Truncated(index) ? ""","truncated":true}"""u8 : "}"u8);
    }

    private static void WriteEnd(AnswerBuffer piece, EmbeddingResult result)
    {
        piece.Write("],\"model\":\""u8);
        piece.Write(JsonEncodedText.Encode(result.Model).EncodedUtf8Bytes);
        piece.Write("\",\"usage\":{\"prompt_tokens\":"u8);
        piece.Write(result.TokenCount);
        piece.Write(""","total_tokens":"""u8);
        piece.Write(result.TokenCount);
        piece.Write("}}"u8);
    }
}
