namespace Quiver.Encoding;

/// <summary>A transformer layer that normalizes after each residual, as the original and BERT do.</summary>
internal sealed class PostNormLayer(SelfAttention attention, LayerNorm attentionNorm, FeedForward feedForward, LayerNorm outputNorm) : IDisposable
{
    /// <summary>Takes the hidden states of a batch through the layer, in place.</summary>
    public void Apply(Rows states, ReadOnlySpan<int> lengths, EncoderWorkspace workspace)
    {
        var branch = workspace.Branch(states.Count);
        attention.Apply(states, lengths, branch, workspace);
        attentionNorm.AddAndApply(states, branch);
        feedForward.Apply(states, branch, workspace);
        outputNorm.AddAndApply(states, branch);
    }

    public void Dispose()
    {
        attention.Dispose();
        attentionNorm.Dispose();
        feedForward.Dispose();
        outputNorm.Dispose();
    }
}
