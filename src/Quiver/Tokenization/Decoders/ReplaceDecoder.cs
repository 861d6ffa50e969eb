using Quiver.Tokenization.Patterns;

namespace Quiver.Tokenization.Decoders;

/// <summary>Replaces every match of a pattern in each part.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : Decoder
{
    private readonly byte[] _content = System.Text.Encoding.UTF8.GetBytes(content);

    public override List<string> Apply(List<string> parts) => [.. parts.Select(Replace)];

    private string Replace(string part)
    {
        ReadOnlySpan<byte> bytes = System.Text.Encoding.UTF8.GetBytes(part);
        var result = new List<byte>(bytes.Length);
        var copied = 0;
        while (pattern.Find(bytes, copied, out var start, out var end))
        {
            result.AddRange(bytes[copied..start]);
            result.AddRange(_content);
            copied = end;
        }

        result.AddRange(bytes[copied..]);
        return System.Text.Encoding.UTF8.GetString([.. result]);
    }
}
