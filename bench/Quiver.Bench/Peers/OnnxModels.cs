using Quiver.Bench.Onnx;

namespace Quiver.Bench.Peers;

/// <summary>A model folder written as ONNX files, in a temporary folder that goes when this is disposed.</summary>
internal sealed class OnnxModels : IDisposable
{
    private readonly string _modelFolder;
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("quiver-onnx-");

    public OnnxModels(string modelFolder) => _modelFolder = modelFolder;

    /// <summary>The path of the graph in one spelling, written when first asked for.</summary>
    public string Path(GraphFlavor flavor)
    {
        var path = System.IO.Path.Combine(_files.FullName, $"{flavor}.onnx");
        if (!File.Exists(path))
        {
            using var weights = BertWeights.Open(_modelFolder);
            BertGraph.Write(path, weights.Shape, weights.Read, flavor);
        }

        return path;
    }

    public void Dispose() => _files.Delete(recursive: true);
}
