using System.IO.Compression;
using System.Text.Json;

namespace Quiver.Tests.Support;

/// <summary>The golden data under tests/data and the default model: facts, never edited to make a test pass.</summary>
internal static class TestData
{
    private static readonly Lock Extraction = new();

    public static string RepositoryRoot { get; } = FindRoot();

    public static string DefaultModel => Path.Combine(RepositoryRoot, "models", "all-MiniLM-L6-v2");

    /// <summary>Opens a gzip file below tests/data for reading, decompressed: "tokenizers/clip/cases.jsonl".</summary>
    public static Stream Open(string name) =>
        new GZipStream(File.OpenRead(Path.Combine(RepositoryRoot, "tests", "data", name + ".gz")), CompressionMode.Decompress);

    public static byte[] ReadAll(string name)
    {
        using var stream = Open(name);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>One JSON element per line of a golden .jsonl file.</summary>
    public static IEnumerable<JsonElement> Cases(string name)
    {
        using var reader = new StreamReader(Open(name));
        while (reader.ReadLine() is { } line)
            yield return JsonDocument.Parse(line).RootElement;
    }

    /// <summary>The folder of a tiny golden model ("bert"), extracted once per test process.</summary>
    public static string TinyModel(string name)
    {
        lock (Extraction)
        {
            var target = Path.Combine(Path.GetTempPath(), $"quiver-tiny-{Environment.ProcessId}");
            var folder = Path.Combine(target, name);
            if (!Directory.Exists(folder))
            {
                ZipFile.ExtractToDirectory(Path.Combine(RepositoryRoot, "tests", "data", "tiny", name + ".zip"), target);
                AppDomain.CurrentDomain.ProcessExit += (_, _) => TryDelete(folder);
            }

            return folder;
        }
    }

    private static void TryDelete(string folder)
    {
        try { Directory.Delete(folder, recursive: true); }
        catch (IOException) { /* A mapped file may still be open; the temporary folder is the system's to clear. */ }
    }

    private static string FindRoot()
    {
        for (var folder = Path.GetDirectoryName(AppContext.BaseDirectory); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Quiver.slnx")))
                return folder;
        }

        throw new InvalidOperationException("The tests run from a checkout: no Quiver.slnx above " + AppContext.BaseDirectory);
    }
}
