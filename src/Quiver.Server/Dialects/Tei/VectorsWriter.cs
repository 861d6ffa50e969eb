using Quiver.Embedding;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.Tei;

/// <summary>Writes TEI's answers that are made of numbers, straight into a pooled buffer.</summary>
internal static class VectorsWriter
{
    /// <summary>A larger answer goes out in pieces of this size, chunked; a smaller one in one piece with its length.</summary>
    private const int PieceBytes = 64 * 1024;

    /// <summary>A list of vectors.</summary>
    public static async Task WriteAsync(HttpResponse response, EmbeddingResult result, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        using var piece = new AnswerBuffer(PieceBytes);
        await WriteListAsync(response, piece, result, cancellationToken);
        await FinishAsync(response, piece, cancellationToken);
    }

    /// <summary>A list of vectors, one per token, for each input.</summary>
    public static async Task WriteAsync(HttpResponse response, TokenVectors result, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        using var piece = new AnswerBuffer(PieceBytes);
        piece.Write("["u8);
        for (var i = 0; i < result.Count; i++)
        {
            if (i > 0)
                piece.Write(","u8);
            piece.Write("["u8);
            for (var token = 0; token < result.Tokens(i); token++)
            {
                if (token > 0)
                    piece.Write(","u8);
                piece.WriteNumbers(result.Vectors(i).Slice(token * result.Width, result.Width));
                await SendIfLongAsync(response, piece, cancellationToken);
            }

            piece.Write("]"u8);
        }

        piece.Write("]"u8);
        await FinishAsync(response, piece, cancellationToken);
    }

    /// <summary>/vertex's object: for each instance what its own route would answer.</summary>
    public static async Task WritePredictionsAsync(HttpResponse response, IReadOnlyList<EmbeddingResult> results, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        using var piece = new AnswerBuffer(PieceBytes);
        piece.Write("""{"predictions":["""u8);
        for (var i = 0; i < results.Count; i++)
        {
            if (i > 0)
                piece.Write(","u8);
            await WriteListAsync(response, piece, results[i], cancellationToken);
        }

        piece.Write("]}"u8);
        await FinishAsync(response, piece, cancellationToken);
    }

    /// <summary>A list of the cosines of the first vector and each other one. They have unit length.</summary>
    public static async Task WriteSimilaritiesAsync(HttpResponse response, EmbeddingResult result, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        using var piece = new AnswerBuffer(1024);
        piece.Write("["u8);
        for (var i = 1; i < result.Count; i++)
        {
            if (i > 1)
                piece.Write(","u8);
            piece.Advance(FloatFormat.Write(Dot(result.Vector(0), result.Vector(i)), piece.Room(FloatFormat.MaxBytes)));
        }

        piece.Write("]"u8);
        await FinishAsync(response, piece, cancellationToken);
    }

    private static async Task WriteListAsync(HttpResponse response, AnswerBuffer piece, EmbeddingResult result, CancellationToken cancellationToken)
    {
        piece.Write("["u8);
        for (var i = 0; i < result.Count; i++)
        {
            if (i > 0)
                piece.Write(","u8);
            piece.WriteVector(result, i);
            await SendIfLongAsync(response, piece, cancellationToken);
        }

        piece.Write("]"u8);
    }

    private static async ValueTask SendIfLongAsync(HttpResponse response, AnswerBuffer piece, CancellationToken cancellationToken)
    {
        if (piece.Length < PieceBytes)
            return;
        await response.Body.WriteAsync(piece.Written, cancellationToken);
        piece.Clear();
    }

    private static async Task FinishAsync(HttpResponse response, AnswerBuffer piece, CancellationToken cancellationToken)
    {
        if (!response.HasStarted)
            response.ContentLength = piece.Length;
        await response.Body.WriteAsync(piece.Written, cancellationToken);
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return (float)sum;
    }
}
