namespace Quiver.Tokenization.PostProcessing;

/// <summary>What happens to the tokens of one text or two: white space is trimmed from offsets, and a template is filled.</summary>
/// <param name="TrimsOffsets">Whether offsets leave white space at the ends of a token out.</param>
/// <param name="KeepsPrefixSpace">When trimming, whether one space at the head of the first token was added, so that nothing of it is there to trim.</param>
internal sealed record PostProcessor(Template Single, Template Pair, bool TrimsOffsets, bool KeepsPrefixSpace)
{
    public static PostProcessor None { get; } = new(
        new Template([new(TemplatePart.First, 0, [])]),
        new Template([new(TemplatePart.First, 0, []), new(TemplatePart.Second, 1, [])]),
        TrimsOffsets: false, KeepsPrefixSpace: false);
}
