namespace Quiver.Tokenization.Decoders;

/// <summary>Turns spelled bytes back into bytes and those into text; what is not UTF-8 becomes U+FFFD.</summary>
internal sealed class ByteLevelDecoder : Decoder
{
    public override List<string> Apply(List<string> parts)
    {
        var bytes = new List<byte>();
        foreach (var part in parts)
        {
            // A token with any character that spells no byte (a special token) stands for its own text.
            if (part.All(character => ByteLevelAlphabet.ByteOf(character) >= 0))
                bytes.AddRange(part.Select(character => (byte)ByteLevelAlphabet.ByteOf(character)));
            else
                bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(part));
        }

        return [System.Text.Encoding.UTF8.GetString([.. bytes])];
    }
}
