namespace Quiver.Tokenization.Decoders;

/// <summary>Turns the mark of a word's end into a space, or into nothing at the end of the text.</summary>
internal sealed class BpeDecoder(string suffix) : Decoder
{
    public override List<string> Apply(List<string> parts)
    {
        var result = new List<string>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
            result.Add(suffix.Length == 0 ? parts[i] : parts[i].Replace(suffix, i == parts.Count - 1 ? "" : " ", StringComparison.Ordinal));
        return result;
    }
}
