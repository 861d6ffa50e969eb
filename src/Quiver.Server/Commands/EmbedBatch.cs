using Quiver.Embedding;
using Quiver.Server.Commands.Formats;

namespace Quiver.Server.Commands;

/// <summary>A few consecutive texts that one call of the encoder computes.</summary>
/// <param name="EndPosition">Bytes of the input up to the end of the last of them, for the progress bar.</param>
internal sealed record EmbedBatch(IReadOnlyList<InputRecord> Records, long EndPosition)
{
    /// <summary>Texts beyond this gain nothing: the matrices are tall enough.</summary>
    public const int MaxTexts = 32;

    /// <summary>Characters beyond this only delay the first result; about 4,000 tokens of English.</summary>
    public const int MaxCharacters = 16 << 10;

    public required TokenizedInput[] Inputs { get; init; }

    /// <summary>[texts × width], row by row.</summary>
    public required float[] Vectors { get; init; }
}
