namespace Quiver.Encoding;

/// <summary>The position-wise feed-forward part: up (with its activation), then down.</summary>
internal sealed class FeedForward(Linear up, Linear down) : IDisposable
{
    /// <summary>branch = down(activation(up(states)))</summary>
    public void Apply(Rows states, Rows branch, EncoderWorkspace workspace)
    {
        var wide = workspace.Wide(states.Count, up.Outputs);
        up.Apply(states, wide, workspace);
        down.Apply(wide, branch, workspace);
    }

    public void Dispose()
    {
        up.Dispose();
        down.Dispose();
    }
}
