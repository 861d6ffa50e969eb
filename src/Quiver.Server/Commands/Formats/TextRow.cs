using System.Buffers;
using System.Globalization;

namespace Quiver.Server.Commands.Formats;

/// <summary>One output line under construction, as UTF-8.</summary>
internal sealed class TextRow
{
    /// <summary>Room for the longest shortest-round-trip float ("-1.17549435E-38") or any long.</summary>
    private const int LongestNumber = 32;

    private readonly ArrayBufferWriter<byte> _bytes = new(16 << 10);

    public void Append(ReadOnlySpan<byte> literal) => _bytes.Write(literal);

    public void Append(long number)
    {
        number.TryFormat(_bytes.GetSpan(LongestNumber), out var written, default, CultureInfo.InvariantCulture);
        _bytes.Advance(written);
    }

    /// <summary>The fewest digits that read back as the same float.</summary>
    public void Append(float number)
    {
        number.TryFormat(_bytes.GetSpan(LongestNumber), out var written, default, CultureInfo.InvariantCulture);
        _bytes.Advance(written);
    }

    public void Append(ReadOnlySpan<float> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0) Append(","u8);
            Append(numbers[i]);
        }
    }

    public void Append(bool value) => Append(value ? "true"u8 : "false"u8);

    /// <summary>Writes the row to the stream and starts the next one.</summary>
    public void WriteTo(Stream stream)
    {
        stream.Write(_bytes.WrittenSpan);
        _bytes.ResetWrittenCount();
    }
}
