using Quiver.Caching;
using Quiver.Embedding;

namespace Quiver.Server.Hosting;

/// <summary>Vectors straight into an <see cref="AnswerBuffer"/>: what every dialect's answers are made of.</summary>
internal static class VectorAnswer
{
    /// <summary>The vector of one input, in the type asked for; of an input asked for again and again, the text that the cache keeps.</summary>
    public static void WriteVector(this AnswerBuffer answer, EmbeddingResult result, int index, VectorTextKind kind = VectorTextKind.Numbers)
    {
        if (result.ElementType != ElementType.Float)
            answer.WriteCodes(result.Codes(index), result.ElementType, kind);
        else if (result.ReadyText(index, kind) is { IsEmpty: false } text)
            answer.Write(text);
        else
            answer.WriteVector(result.Vector(index), kind);
    }

    /// <summary>A JSON array of numbers, each of which reads back to the same float32.</summary>
    public static void WriteNumbers(this AnswerBuffer answer, ReadOnlySpan<float> vector) => answer.WriteVector(vector, VectorTextKind.Numbers);

    private static void WriteVector(this AnswerBuffer answer, ReadOnlySpan<float> vector, VectorTextKind kind) =>
        answer.Advance(VectorText.Write(vector, kind, answer.Room(VectorText.MaxBytes(vector.Length, kind))));

    private static void WriteCodes(this AnswerBuffer answer, ReadOnlySpan<byte> codes, ElementType type, VectorTextKind kind)
    {
        if (kind == VectorTextKind.Numbers)
            answer.Advance(VectorText.WriteCodes(codes, type, answer.Room(VectorText.MaxCodeBytes(codes.Length))));
        else
            answer.Advance(VectorText.WriteBase64(codes, answer.Room(VectorText.MaxBase64Bytes(codes.Length))));
    }
}
