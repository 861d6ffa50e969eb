namespace Quiver.Encoding;

/// <summary>Embeddings and layers: from token ids to one hidden state per token. Immutable and thread-safe.</summary>
internal sealed class Transformer(
    TokenEmbeddings embeddings, IReadOnlyList<PostNormLayer> layers, RelativePositionBias? bias, int hidden, int widest) : IDisposable
{
    public int HiddenSize => hidden;

    public EncoderWorkspace CreateWorkspace() => new(hidden, Math.Max(widest, embeddings.Width));

    /// <summary>The last layer's hidden states, in the workspace's memory: valid until its next use.</summary>
    public Rows Apply(TokenBatch batch, EncoderWorkspace workspace)
    {
        workspace.ReserveRows(batch.Ids.Length);
        var states = workspace.States(batch.Ids.Length);
        embeddings.Apply(batch, states, workspace);
        foreach (var layer in layers)
            layer.Apply(states, batch.Lengths, workspace);

        return states;
    }

    public void Dispose()
    {
        embeddings.Dispose();
        bias?.Dispose();
        foreach (var layer in layers.Distinct())
            layer.Dispose();
    }
}
