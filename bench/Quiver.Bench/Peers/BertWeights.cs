using Quiver.Bench.Onnx;
using Quiver.Models;

namespace Quiver.Bench.Peers;

/// <summary>A BERT folder's weights as the ONNX writer takes them: f16 and bf16 widened, so that the peer computes with the same numbers.</summary>
internal sealed class BertWeights : IDisposable
{
    private readonly TensorSet _tensors;

    private BertWeights(ModelFolder folder)
    {
        if (folder.Config is not { ModelType: "bert", Activation: "gelu" })
            throw new NotSupportedException($"The ONNX writer knows BERT with GELU, not {folder.Config.ModelType} with {folder.Config.Activation}.");
        var config = folder.Config;
        Shape = new BertShape(
            config.Layers, config.HiddenSize, config.Heads, config.IntermediateSize,
            config.VocabularySize, config.MaxPositions, config.TypeVocabularySize, config.LayerNormEpsilon);
        _tensors = TensorSet.Open(folder.TransformerFolder);
    }

    public BertShape Shape { get; }

    /// <exception cref="NotSupportedException">The folder is not a BERT.</exception>
    public static BertWeights Open(string folder) => new(ModelFolder.Open(folder));

    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        var tensor = _tensors.Get(name, shape);
        var values = new float[tensor.ElementCount];
        tensor.CopyTo(values);
        return values;
    }

    public void Dispose() => _tensors.Dispose();
}
