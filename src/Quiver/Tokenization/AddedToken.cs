namespace Quiver.Tokenization;

/// <summary>A token that is found in the text before the model sees it, by its exact content.</summary>
/// <param name="SingleWord">Only where no word character touches it.</param>
/// <param name="StripLeft">Takes the white space before it along.</param>
/// <param name="StripRight">Takes the white space behind it along.</param>
/// <param name="Normalized">Is looked for in the normalized text, by its own normalized content.</param>
/// <param name="Special">Marks structure; left out when decoding text.</param>
internal sealed record AddedToken(
    int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special);
