using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Quiver.Models;

/// <summary>The SHA-256 of what decides a model's vectors, wherever the folder lies and whatever it is called.</summary>
/// <remarks>
/// Each part is preceded by its length, so that no two folders give the hash the same bytes. Prompts and the limit of tokens are not in it:
/// they belong to a request (<c>EmbeddingIdentity</c>).
/// </remarks>
internal sealed class ModelDigest : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[BufferBytes];

    private ModelDigest()
    {
    }

    /// <summary>64 lower-case hexadecimal digits. Reads every weight: some 30 ms for 45 MB in the page cache.</summary>
    /// <exception cref="ModelFormatException">A file cannot be read any more.</exception>
    public static string Of(ModelFolder folder)
    {
        using var digest = new ModelDigest();
        foreach (var module in folder.Modules)
            digest.Add(module, folder);
        return Convert.ToHexStringLower(digest._hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Add(ModelModule module, ModelFolder folder)
    {
        switch (module)
        {
            case TransformerModule:
                AddText($"transformer lower={folder.DoLowerCase}");
                AddFile(Path.Combine(folder.TransformerFolder, "config.json"));
                AddFile(folder.TokenizerPath);
                AddWeights(folder.TransformerFolder);
                break;
            case PoolingModule pooling:
                AddText($"pooling {string.Join('+', pooling.Modes)} prompt={pooling.IncludePrompt}");
                break;
            case DenseModule dense:
                AddText($"dense {dense.Inputs} {dense.Outputs} bias={dense.HasBias} {dense.Activation}");
                AddWeights(dense.Folder);
                break;
            case LayerNormModule norm:
                AddText($"norm {norm.Width}");
                AddWeights(norm.Folder);
                break;
            case NormalizeModule:
                AddText("normalize");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(module));
        }
    }

    private void AddWeights(string folder)
    {
        foreach (var file in TensorSet.FilesOf(folder))
            AddFile(file);
    }

    private void AddText(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        AddLength(bytes.Length);
        _hash.AppendData(bytes);
    }

    private void AddFile(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            AddLength(length);
            for (long at = 0; at < length;)
            {
                var read = RandomAccess.Read(file, _buffer, at);
                if (read == 0)
                    throw new ModelFormatException(path, "became shorter while it was read");
                _hash.AppendData(_buffer, 0, read);
                at += read;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(path, "cannot be read", error);
        }
    }

    private void AddLength(long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        _hash.AppendData(bytes);
    }
}
