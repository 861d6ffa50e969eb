namespace Quiver.Server.Commands.Formats;

/// <summary>Writes vectors to a stream, one row at a time, in constant memory. Not thread-safe.</summary>
internal abstract class VectorWriter
{
    /// <param name="index">The number of the text, from 0; calls come in that order without a gap.</param>
    /// <param name="tokens">Tokens that were embedded, special tokens included.</param>
    /// <param name="truncated">Whether the text was longer than the model's limit and was cut.</param>
    public abstract void Write(long index, ReadOnlySpan<float> vector, int tokens, bool truncated);

    /// <summary>Hands on the rows written so far, whole, where they go to a reader who may be waiting for them.</summary>
    public virtual void Flush()
    {
    }

    /// <summary>Writes what can only be written when all rows are known. The stream stays open.</summary>
    public abstract void Complete();

    public static VectorWriter Create(VectorFormat format, Stream stream, int width) => format switch
    {
        VectorFormat.Jsonl => new JsonlVectorWriter(stream),
        VectorFormat.Csv => new CsvVectorWriter(stream, width),
        VectorFormat.Npy => new NpyVectorWriter(stream, width),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };
}
