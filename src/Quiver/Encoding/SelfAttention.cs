using Quiver.Encoding.Kernels;

namespace Quiver.Encoding;

/// <summary>Multi-head self-attention over the texts of a batch, every token seeing every token of its own text.</summary>
/// <param name="queryKeyValue">One map to all queries, keys and values: [hidden → 3 · hidden].</param>
/// <param name="output">[hidden → hidden]</param>
/// <param name="heads">How many heads.</param>
/// <param name="headSize">Elements of one head.</param>
/// <param name="bias">Relative position biases, or null.</param>
internal sealed unsafe class SelfAttention(Linear queryKeyValue, Linear output, int heads, int headSize, RelativePositionBias? bias) : IDisposable
{
    private readonly float _scale = 1f / MathF.Sqrt(headSize);

    /// <summary>branch = attention(states)</summary>
    public void Apply(Rows states, ReadOnlySpan<int> lengths, Rows branch, EncoderWorkspace workspace)
    {
        var projected = workspace.Wide(states.Count, queryKeyValue.Outputs);
        queryKeyValue.Apply(states, projected, workspace);

        var context = workspace.Context(states.Count);
        var first = 0;
        foreach (var length in lengths)
        {
            workspace.ReserveHead(length, headSize, AttentionKernel.QueryRows);
            for (var head = 0; head < heads; head++)
                Head(projected.Slice(first, length), head, context.Slice(first, length), workspace);
            first += length;
        }

        output.Apply(context, branch, workspace);
    }

    public void Dispose()
    {
        queryKeyValue.Dispose();
        output.Dispose();
    }

    private void Head(Rows projected, int head, Rows context, EncoderWorkspace workspace)
    {
        var length = projected.Count;
        var hidden = heads * headSize;
        var offset = head * headSize;
        var paddedLength = VectorMath.RoundUp(length);
        var paddedSize = VectorMath.RoundUp(headSize);
        AttentionKernel.Gather(
            projected[0] + hidden + offset, projected[0] + 2 * hidden + offset, projected.Stride, length, headSize, workspace.Keys, workspace.Values);

        var inverses = stackalloc float[AttentionKernel.QueryRows];
        for (var row = 0; row < length; row += AttentionKernel.QueryRows)
        {
            workspace.Host?.YieldPoint();
            var rows = Math.Min(AttentionKernel.QueryRows, length - row);
            MatrixProduct.F32(
                (int*)(projected[row] + offset), projected.Stride, rows, (int*)workspace.Keys, paddedLength, headSize,
                workspace.Scores, paddedLength, paddedLength);

            for (var i = 0; i < rows; i++)
            {
                var biases = bias is null ? null : bias.Row(head, row + i);
                inverses[i] = AttentionKernel.Softmax(workspace.Scores + (nint)i * paddedLength, length, _scale, biases);
            }

            MatrixProduct.F32(
                (int*)workspace.Scores, paddedLength, rows, (int*)workspace.Values, paddedSize, length,
                workspace.HeadOutput, paddedSize, paddedSize);
            for (var i = 0; i < rows; i++)
                WriteHead(workspace.HeadOutput + (nint)i * paddedSize, inverses[i], context[row + i] + offset);
        }
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
