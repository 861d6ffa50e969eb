using System.Runtime.InteropServices;

namespace Quiver.Models;

/// <summary>One named array of a <see cref="SafetensorsFile"/>, row-major, still in the mapped file.</summary>
/// <remarks>
/// Thread-safe for reading. It is a view: reading after its file was disposed throws <see cref="ObjectDisposedException"/>, and a span
/// taken from <see cref="Data"/> must not outlive the file.
/// </remarks>
public sealed class Tensor
{
    private readonly SafetensorsFile _file;
    private readonly int[] _shape;
    private readonly long _offset;
    private readonly long _length;

    internal Tensor(SafetensorsFile file, TensorEntry entry)
    {
        _file = file;
        _shape = entry.Shape;
        _offset = entry.Begin;
        _length = entry.End - entry.Begin;
        Name = entry.Name;
        Type = entry.Type;
        ElementCount = _length / entry.Type.Size();
    }

    public string Name { get; }

    public TensorType Type { get; }

    /// <summary>Dimensions, outermost first; empty for a scalar. A Linear weight is [out, in], an embedding table [rows, width].</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>Product of the dimensions; 1 for a scalar, 0 where a dimension is 0.</summary>
    public long ElementCount { get; }

    /// <summary>The path of the file that holds it.</summary>
    public string File => _file.Path;

    /// <summary>The elements as stored: little-endian, at any alignment.</summary>
    /// <exception cref="ModelFormatException">There are more than 2 GiB of them: read by row.</exception>
    public ReadOnlySpan<byte> Data => _length <= int.MaxValue
        ? _file.Read(_offset, (int)_length)
        : throw Fault($"{_length} bytes are more than can be read at once");

    /// <summary>Widens all elements to float32; f32, f16 and bf16 are exact.</summary>
    /// <param name="destination">At least <see cref="ElementCount"/> floats; only that many are written.</param>
    /// <exception cref="ModelFormatException">The elements are of another type.</exception>
    public void CopyTo(Span<float> destination)
    {
        if (ElementCount > destination.Length)
            throw new ArgumentException($"{ElementCount} elements do not fit into {destination.Length}.", nameof(destination));
        Widen(0, destination[..(int)ElementCount]);
    }

    /// <summary>Widens one row of a two-dimensional tensor: a token's embedding, or the weights of one output.</summary>
    /// <param name="destination">At least as many floats as the second dimension; only that many are written.</param>
    public void ReadRow(long row, Span<float> destination)
    {
        if (_shape.Length != 2)
            throw Fault($"shape {Format(_shape)} has no rows");
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, _shape[0]);
        Widen(row * _shape[1], destination[.._shape[1]]);
    }

    internal static string Format(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    internal ModelFormatException Fault(string problem) => new(File, $"tensor '{Name}': {problem}");

    private void Widen(long firstElement, Span<float> destination)
    {
        var size = Type.Size();
        var remaining = destination;
        var offset = _offset + firstElement * size;
        while (remaining.Length > 0)
        {
            // A span of bytes ends at 2 GiB; a table of floats may be larger.
            var piece = remaining[..Math.Min(remaining.Length, 1 << 28)];
            WidenPiece(_file.Read(offset, piece.Length * size), piece);
            offset += (long)piece.Length * size;
            remaining = remaining[piece.Length..];
        }
    }

    private void WidenPiece(ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (Type)
        {
            case TensorType.F32: source.CopyTo(MemoryMarshal.AsBytes(destination)); break;
            case TensorType.F16: Widening.FromF16(source, destination); break;
            case TensorType.BF16: Widening.FromBF16(source, destination); break;
            default: throw Fault($"{Type} elements are not weights; F32, F16 and BF16 are");
        }
    }
}
