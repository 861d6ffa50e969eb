namespace Quiver.Server.Commands.Formats;

/// <summary>How vectors are written.</summary>
internal enum VectorFormat
{
    /// <summary>One JSON object per text: index, embedding, tokens, truncated.</summary>
    Jsonl,

    /// <summary>NumPy's array file: float32, one row per text.</summary>
    Npy,

    /// <summary>A header line, then index, tokens, truncated and the elements of the vector.</summary>
    Csv,
}
