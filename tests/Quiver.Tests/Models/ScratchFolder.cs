namespace Quiver.Tests.Models;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("quiver-test-").FullName;

    public string Write(string name, string text) => Write(name, SafetensorsBytes.Utf8(text));

    public string Write(string name, byte[] content)
    {
        var file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
        return file;
    }

    /// <summary>Copies another folder's files, not its links, into this one.</summary>
    public ScratchFolder CopyOf(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            Write(System.IO.Path.GetRelativePath(folder, file), File.ReadAllBytes(file));
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
