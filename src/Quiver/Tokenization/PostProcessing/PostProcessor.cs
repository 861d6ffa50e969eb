namespace Quiver.Tokenization.PostProcessing;

/// <summary>What happens to the tokens of one text or two: white space is trimmed from offsets, and a template is filled.</summary>
/// <param name="Trims">Moves offsets past white space, in this order and behind truncation. A second one moves them once more.</param>
internal sealed record PostProcessor(Template Single, Template Pair, IReadOnlyList<OffsetTrimmer> Trims)
{
    public static PostProcessor None { get; } = new(
        new Template([new(TemplatePart.First, 0, [])]),
        new Template([new(TemplatePart.First, 0, []), new(TemplatePart.Second, 1, [])]),
        Trims: []);
}
