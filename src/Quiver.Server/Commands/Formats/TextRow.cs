using System.Buffers;
using System.Globalization;
using Quiver.Embedding;

namespace Quiver.Server.Commands.Formats;

/// <summary>One output line under construction, as UTF-8.</summary>
internal sealed class TextRow
{
    private const int LongestInteger = 20;

    private readonly ArrayBufferWriter<byte> _bytes = new(16 << 10);

    public void Append(ReadOnlySpan<byte> literal) => _bytes.Write(literal);

    public void Append(long number)
    {
        number.TryFormat(_bytes.GetSpan(LongestInteger), out var written, default, CultureInfo.InvariantCulture);
        _bytes.Advance(written);
    }

    /// <summary>Comma-separated, in digits that read back to the same bits.</summary>
    public void Append(ReadOnlySpan<float> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0) Append(","u8);
            _bytes.Advance(FloatFormat.Write(numbers[i], _bytes.GetSpan(FloatFormat.MaxBytes)));
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
