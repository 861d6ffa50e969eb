namespace Quiver.Tokenization.Decoders;

/// <summary>Removes up to so many of one character from the start and the end of each part.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    public override List<string> Apply(List<string> parts) => [.. parts.Select(Strip)];

    private string Strip(string part)
    {
        var from = 0;
        for (var i = 0; i < start && part.AsSpan(from).StartsWith(content, StringComparison.Ordinal); i++)
            from += content.Length;
        var to = part.Length;
        for (var i = 0; i < stop && part.AsSpan(from, to - from).EndsWith(content, StringComparison.Ordinal); i++)
            to -= content.Length;
        return part[from..to];
    }
}
