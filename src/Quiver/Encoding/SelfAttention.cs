using Quiver.Encoding.Kernels;
using Quiver.Encoding.Sharing;

namespace Quiver.Encoding;

/// <summary>Multi-head self-attention over the texts of a batch, every token seeing every token of its own text.</summary>
/// <param name="queryKeyValue">One map to all queries, keys and values: [hidden → 3 · hidden].</param>
/// <param name="output">[hidden → hidden]</param>
/// <param name="heads">How many heads.</param>
/// <param name="headSize">Elements of one head.</param>
/// <param name="bias">Relative position biases, or null.</param>
internal sealed unsafe class SelfAttention(Linear queryKeyValue, Linear output, int heads, int headSize, RelativePositionBias? bias) : IDisposable
{
    /// <summary>Queries that go against the keys together.</summary>
    public const int TileRows = AttentionKernel.QueryRows;

    private readonly float _scale = 1f / MathF.Sqrt(headSize);

    public int HeadSize => headSize;

    /// <summary>branch = attention(states)</summary>
    public void Apply(Rows states, ReadOnlySpan<int> lengths, Rows branch, EncoderWorkspace workspace)
    {
        var projected = workspace.Wide(states.Count, queryKeyValue.Outputs);
        queryKeyValue.Apply(states, projected, workspace);

        var context = workspace.Context(states.Count);
        var first = 0;
        foreach (var length in lengths)
        {
            Heads(projected.Slice(first, length), context.Slice(first, length), workspace);
            first += length;
        }

        output.Apply(context, branch, workspace);
    }

    /// <summary>One head of one text.</summary>
    /// <param name="projected">The text's queries, keys and values.</param>
    /// <param name="context">Receives the head's output in the head's columns.</param>
    /// <param name="memory">Laid out for a text of this length.</param>
    /// <param name="host">Whom the thread lets in between two tiles, or null.</param>
    public void Head(Rows projected, int head, Rows context, HeadMemory memory, EncodingHost? host)
    {
        for (var row = 0; row < projected.Count; row += TileRows)
        {
            host?.YieldPoint();
            Tile(projected, head, row, context, memory);
        }
    }

    /// <summary>Some tokens' part of a head: a tile of queries against all keys.</summary>
    /// <param name="row">The first of them, a multiple of <see cref="TileRows"/>. Tiles of a head follow one another: the first lays out keys and values.</param>
    /// <inheritdoc cref="Head"/>
    public void Tile(Rows projected, int head, int row, Rows context, HeadMemory memory)
    {
        var length = projected.Count;
        var hidden = heads * headSize;
        var offset = head * headSize;
        var paddedLength = VectorMath.RoundUp(length);
        var paddedSize = VectorMath.RoundUp(headSize);
        if (row == 0)
        {
            AttentionKernel.Gather(
                projected[0] + hidden + offset, projected[0] + 2 * hidden + offset, projected.Stride, length, headSize, memory.Keys, memory.Values);
        }

        var inverses = stackalloc float[TileRows];
        var rows = Math.Min(TileRows, length - row);
        MatrixProduct.F32(
            (int*)(projected[row] + offset), projected.Stride, rows, (int*)memory.Keys, paddedLength, headSize,
            memory.Scores, paddedLength, paddedLength);

        for (var i = 0; i < rows; i++)
        {
            var biases = bias is null ? null : bias.Row(head, row + i);
            inverses[i] = AttentionKernel.Softmax(memory.Scores + (nint)i * paddedLength, length, _scale, biases);
        }

        MatrixProduct.F32(
            (int*)memory.Scores, paddedLength, rows, (int*)memory.Values, paddedSize, length,
            memory.Output, paddedSize, paddedSize);
        for (var i = 0; i < rows; i++)
            WriteHead(memory.Output + (nint)i * paddedSize, inverses[i], context[row + i] + offset);
    }

    public void Dispose()
    {
        queryKeyValue.Dispose();
        output.Dispose();
    }

    /// <summary>All heads of one text.</summary>
    private void Heads(Rows projected, Rows context, EncoderWorkspace workspace)
    {
        workspace.Lay(workspace.Head, projected.Count, headSize);
        if (workspace.Host?.Sharing is { } sharing && !workspace.HelperIsLate)
        {
            workspace.Lay(workspace.HelperHead, projected.Count, headSize);
            sharing.Compute(new SharedHeads(this, heads, projected, context, workspace.Aside(context.Count, context.Width), workspace), workspace);
            return;
        }

        for (var head = 0; head < heads; head++)
            Head(projected, head, context, workspace.Head, workspace.Host);
    }

    /// <summary>The sum of values weighted by e^score, divided by the sum of the weights, into the head's place in the context row.</summary>
    private void WriteHead(float* sums, float inverse, float* target)
    {
        if (headSize % VectorMath.Lanes == 0)
        {
            AttentionKernel.Scale(sums, inverse, headSize, target);
            return;
        }

        // A whole vector would run into the next head or, in the last one, the next token.
        for (var i = 0; i < headSize; i++)
            target[i] = sums[i] * inverse;
    }
}
