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

    public static async Task WriteAsync(HttpResponse response, EmbeddingsOutcome outcome, bool base64, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        using var piece = new AnswerBuffer(PieceBytes);
        piece.Write("""{"object":"list","data":["""u8);
        for (var i = 0; i < outcome.Count; i++)
        {
            WriteItem(piece, outcome, i, base64);
            if (piece.Length < PieceBytes)
                continue;
            await response.Body.WriteAsync(piece.Written, cancellationToken);
            piece.Clear();
        }

        WriteEnd(piece, outcome);
        if (!response.HasStarted)
            response.ContentLength = piece.Length;
        await response.Body.WriteAsync(piece.Written, cancellationToken);
    }

    private static void WriteItem(AnswerBuffer piece, EmbeddingsOutcome outcome, int index, bool base64)
    {
        if (index > 0)
            piece.Write(","u8);
        piece.Write("""{"object":"embedding","index":"""u8);
        piece.Write(index);
        if (outcome.Error(index) is { } error)
            WriteError(piece, error);
        else
            WriteVector(piece, outcome.Result, outcome.Place(index), base64);
        piece.Write("}"u8);
    }

    /// <summary>Beyond OpenAI, and only where it was asked for: why an item has no embedding.</summary>
    private static void WriteError(AnswerBuffer piece, OpenAiError error)
    {
        piece.Write(","u8);
        // The error's own body is {"error":{…}}.
        piece.Write(OpenAiErrorRenderer.Render(error).Body.Span[1..^1]);
    }

    private static void WriteVector(AnswerBuffer piece, EmbeddingResult result, int index, bool base64)
    {
        piece.Write(""","embedding":"""u8);
        piece.WriteVector(result, index, base64 ? VectorTextKind.Base64 : VectorTextKind.Numbers);
        if (!result.Truncated(index))
            return;
        // Beyond OpenAI, and only where it says something: the text was longer than what was embedded.
        piece.Write(""","truncated":true,"tokens":"""u8);
        piece.Write(result.Tokens(index));
        piece.Write(""","original_tokens":"""u8);
        piece.Write(result.FullTokens(index));
    }

    private static void WriteEnd(AnswerBuffer piece, EmbeddingsOutcome outcome)
    {
        var result = outcome.Result;
        piece.Write("],\"model\":\""u8);
        piece.Write(JsonEncodedText.Encode(result.Model).EncodedUtf8Bytes);
        piece.Write("\",\"usage\":{\"prompt_tokens\":"u8);
        piece.Write(result.TokenCount);
        piece.Write(""","total_tokens":"""u8);
        piece.Write(result.TokenCount);
        piece.Write("}"u8);
        if (outcome.Failed is { } failed)
        {
            piece.Write(""","failed":"""u8);
            piece.Write(failed);
        }

        piece.Write("}"u8);
    }
}
