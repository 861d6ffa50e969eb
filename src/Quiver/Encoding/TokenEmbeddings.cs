using Quiver.Encoding.Kernels;
using Quiver.Models;

namespace Quiver.Encoding;

/// <summary>Token, position and type embeddings, summed, normalized, and widened where the tables are narrower than the hidden states.</summary>
/// <remarks>Immutable and thread-safe. The token table stays in the mapped file: only the rows that texts use are ever read.</remarks>
internal sealed unsafe class TokenEmbeddings : IDisposable
{
    private readonly Tensor _words;
    private readonly NativeBuffer _positions;
    private readonly NativeBuffer? _types;
    private readonly LayerNorm _norm;
    private readonly Linear? _projection;
    private readonly int _vocabulary;
    private readonly int _typeCount;
    private readonly int _stride;
    private readonly PositionNumbering _numbering;

    /// <param name="words">[vocabulary × width]</param>
    /// <param name="positions">[positions × width]</param>
    /// <param name="types">[types × width], or null where the architecture has none.</param>
    /// <param name="projection">width → hidden, or null where they are the same.</param>
    public TokenEmbeddings(Tensor words, Tensor positions, Tensor? types, LayerNorm norm, Linear? projection, PositionNumbering numbering)
    {
        _words = words;
        _vocabulary = words.Shape[0];
        Width = words.Shape[1];
        _stride = Rows.StrideOf(Width);
        _positions = ReadTable(positions);
        _types = types is null ? null : ReadTable(types);
        _typeCount = types?.Shape[0] ?? 0;
        _norm = norm;
        _projection = projection;
        _numbering = numbering;
    }

    public int Width { get; }

    /// <summary>Fills the hidden states of a batch.</summary>
    /// <exception cref="ArgumentException">A token id or type id is not in its table.</exception>
    public void Apply(TokenBatch batch, Rows states, EncoderWorkspace workspace)
    {
        // Without a projection the tables are as wide as the hidden states.
        var sums = _projection is null ? states : workspace.Wide(states.Count, Width);
        var token = 0;
        foreach (var length in batch.Lengths)
        {
            var position = _numbering.First;
            for (var end = token + length; token < end; token++)
            {
                var id = batch.Ids[token];
                if ((uint)id >= (uint)_vocabulary)
                    throw new ArgumentException($"Token id {id} is not in the vocabulary of {_vocabulary}.", nameof(batch));

                var type = batch.TypeIds.IsEmpty ? 0 : batch.TypeIds[token];
                if (_types is not null && (uint)type >= (uint)_typeCount)
                    throw new ArgumentException($"Type id {type} is not one of {_typeCount}.", nameof(batch));

                Sum(sums[token], id, type, id == _numbering.Padding ? _numbering.Padding.Value : position++);
            }
        }

        _norm.Apply(sums);
        _projection?.Apply(sums, states, workspace);
    }

    public void Dispose()
    {
        _positions.Dispose();
        _types?.Dispose();
        _norm.Dispose();
        _projection?.Dispose();
    }

    private void Sum(float* target, int id, int type, int position)
    {
        _words.ReadRow(id, new Span<float>(target, Width));
        new Span<float>(target + Width, _stride - Width).Clear();
        var positionRow = _positions.Floats + (nint)position * _stride;
        var typeRow = _types is null ? null : _types.Floats + (nint)type * _stride;
        RowKernels.AddEmbeddings(target, typeRow, positionRow, _stride);
    }

    private NativeBuffer ReadTable(Tensor table)
    {
        var buffer = NativeBuffer.OfFloats((long)table.Shape[0] * _stride);
        for (var row = 0; row < table.Shape[0]; row++)
            table.ReadRow(row, new Span<float>(buffer.Floats + (nint)row * _stride, Width));

        return buffer;
    }
}

/// <summary>Which row of the position table a text's tokens take.</summary>
/// <param name="First">The position of the first token; the others count on from it.</param>
/// <param name="Padding">
/// For roberta-likes, the padding id: a padding token inside a text has the position of that number and is not counted. Else null.
/// </param>
internal readonly record struct PositionNumbering(int First, int? Padding);
