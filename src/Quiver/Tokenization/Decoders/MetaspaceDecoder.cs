using System.Text;

namespace Quiver.Tokenization.Decoders;

/// <summary>Turns the visible space back into a space.</summary>
/// <param name="dropsFirst">Whether those at the head of the first part were added when encoding.</param>
internal sealed class MetaspaceDecoder(string replacement, bool dropsFirst) : Decoder
{
    public override List<string> Apply(List<string> parts)
    {
        var result = new List<string>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
            result.Add(new StringBuilder(parts[i]).Replace(replacement, i == 0 && dropsFirst ? "" : " ").ToString());
        return result;
    }
}
