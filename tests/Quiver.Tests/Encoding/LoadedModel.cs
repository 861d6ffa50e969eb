using Quiver.Encoding;
using Quiver.Models;

namespace Quiver.Tests.Encoding;

/// <summary>An encoder with a workspace, for tests that give it token ids.</summary>
internal sealed class LoadedModel(string folder, Precision precision) : IDisposable
{
    private EncoderWorkspace? _workspace;

    public TextEncoder Encoder { get; } = TextEncoder.Load(ModelFolder.Open(folder), precision);

    /// <summary>The vector of one text, encoded alone.</summary>
    public float[] Encode(int[] ids) => EncodeBatch([ids])[0];

    /// <summary>The vectors of several texts, encoded in one batch.</summary>
    public float[][] EncodeBatch(IReadOnlyList<int[]> texts)
    {
        _workspace ??= Encoder.CreateWorkspace();
        var vectors = new float[texts.Count * Encoder.Width];
        Encoder.Encode(new TokenBatch([.. texts.SelectMany(ids => ids)], [.. texts.Select(ids => ids.Length)]), vectors, _workspace);
        return [.. vectors.Chunk(Encoder.Width)];
    }

    public void Dispose()
    {
        _workspace?.Dispose();
        Encoder.Dispose();
    }
}
