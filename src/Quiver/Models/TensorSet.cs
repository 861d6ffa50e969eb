using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;

namespace Quiver.Models;

/// <summary>All weights of one folder by name: model.safetensors, or the shards of model.safetensors.index.json.</summary>
/// <remarks>
/// Taking tensors is for the one thread that loads a model; the <see cref="Tensor"/>s themselves may be read by any. It remembers which
/// were taken, so that a loader can refuse a file that holds weights it does not understand.
/// </remarks>
public sealed class TensorSet : IDisposable
{
    private const string FileName = "model.safetensors";

    private readonly string _source;
    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, Tensor> _tensors;
    private readonly HashSet<string> _taken = [];

    private TensorSet(string source, List<SafetensorsFile> files)
    {
        _source = source;
        _files = files;
        _tensors = files.SelectMany(file => file.Tensors).ToDictionary(tensor => tensor.Name);
    }

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Maps the weights of a folder. Where both forms exist, the single file counts, as in transformers.</summary>
    /// <exception cref="ModelFormatException">There are none, or one of the files is damaged.</exception>
    public static TensorSet Open(string folder)
    {
        var single = Path.Combine(folder, FileName);
        if (File.Exists(single))
            return new TensorSet(single, [SafetensorsFile.Open(ContainedPath.Resolve(folder, FileName, single))]);

        var index = Path.Combine(folder, ShardIndex.FileName);
        if (File.Exists(index))
            return new TensorSet(index, ShardIndex.OpenShards(folder));

        throw new ModelFormatException(single, Directory.EnumerateFiles(folder, "pytorch_model*.bin").Any()
            ? "is missing, and pytorch_model.bin is a format that can run code; convert it to safetensors"
            : "is missing");
    }

    /// <summary>The files that <see cref="Open"/> maps for a folder, in the order of their names.</summary>
    /// <exception cref="ModelFormatException">The index of the shards is damaged.</exception>
    internal static IReadOnlyList<string> FilesOf(string folder)
    {
        var single = Path.Combine(folder, FileName);
        return File.Exists(single) ? [single] : ShardIndex.FilesOf(folder);
    }

    /// <summary>Takes a tensor of any type and shape, if it is there.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Tensor? tensor)
    {
        if (!_tensors.TryGetValue(name, out tensor))
            return false;
        _taken.Add(name);
        return true;
    }

    /// <summary>Takes a weight that must be there in exactly this shape; no dimensions means a scalar.</summary>
    /// <exception cref="ModelFormatException">It is missing, has another shape, or its type is not F32, F16 or BF16.</exception>
    public Tensor Get(string name, params ReadOnlySpan<int> shape)
    {
        if (!TryGet(name, out var tensor))
            throw new ModelFormatException(_source, $"tensor '{name}' is missing");
        if (!tensor.Shape.SequenceEqual(shape))
            throw tensor.Fault($"shape must be {Tensor.Format(shape)} and is {Tensor.Format(tensor.Shape)}");
        if (!tensor.Type.IsWeight())
            throw tensor.Fault($"{tensor.Type} elements are not weights; F32, F16 and BF16 are");
        return tensor;
    }

    /// <summary>Refuses weights that nobody took: a file with more in it than the architecture is another architecture.</summary>
    /// <param name="ignored">Names that may stay untaken, with * for any characters: "*.position_ids", "pooler.*".</param>
    /// <exception cref="ModelFormatException">Names the first such tensor and says how many there are.</exception>
    public void RequireAllUsed(params ReadOnlySpan<string> ignored)
    {
        var surplus = new List<string>();
        foreach (var name in _tensors.Keys)
        {
            if (!_taken.Contains(name) && !MatchesAny(ignored, name))
                surplus.Add(name);
        }

        if (surplus.Count > 0)
            throw _tensors[surplus[0]].Fault($"is not part of this architecture ({surplus.Count} such tensors)");
    }

    /// <summary>
    /// Gives back the memory of every page read so far, which a loader does after packing: what is read again comes from the page cache.
    /// Tensors stay valid. Not while another thread reads.
    /// </summary>
    public void ReleasePages()
    {
        foreach (var file in _files)
            file.ReleasePages();
    }

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static bool MatchesAny(ReadOnlySpan<string> patterns, string name)
    {
        foreach (var pattern in patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                return true;
        }

        return false;
    }
}
