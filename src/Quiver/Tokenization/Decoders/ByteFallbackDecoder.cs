using System.Globalization;
using System.Text.Unicode;

namespace Quiver.Tokenization.Decoders;

/// <summary>Joins runs of byte tokens ("&lt;0xE2&gt;") into characters; a run that is not UTF-8 gives one U+FFFD per byte.</summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    public override List<string> Apply(List<string> parts)
    {
        var result = new List<string>(parts.Count);
        var bytes = new List<byte>();
        foreach (var part in parts)
        {
            if (TryReadByte(part, out var value))
            {
                bytes.Add(value);
                continue;
            }

            Flush(bytes, result);
            result.Add(part);
        }

        Flush(bytes, result);
        return result;
    }

    private static void Flush(List<byte> bytes, List<string> result)
    {
        var run = bytes.ToArray();
        bytes.Clear();
        if (run.Length == 0)
            return;
        if (Utf8.IsValid(run))
            result.Add(System.Text.Encoding.UTF8.GetString(run));
        else
            result.AddRange(Enumerable.Repeat("\uFFFD", run.Length));
    }

    private static bool TryReadByte(string part, out byte value)
    {
        value = 0;
        return part.Length == 6 && part.StartsWith("<0x", StringComparison.Ordinal) && part[5] == '>'
            && byte.TryParse(part.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
