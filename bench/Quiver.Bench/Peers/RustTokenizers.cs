using System.Diagnostics;
using System.Text.Json;

namespace Quiver.Bench.Peers;

/// <summary>Hugging Face's tokenizers, the Rust library, in a Node process (bench/npm/rust-tokenizers.js). Times are taken inside.</summary>
internal static class RustTokenizers
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>What is missing on this machine, or null when it can be run.</summary>
    public static string? Missing() => Directory.Exists(Path.Combine(Repository.Folder("bench", "npm"), "node_modules", "tokenizers"))
        ? null
        : "tokenizers is not installed: run `npm ci --ignore-scripts` in bench/npm";

    /// <summary>CPU seconds of each of several passes over the texts, on one thread.</summary>
    public static double[] SecondsPerPass(string tokenizer, string[] texts)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(Repository.Folder("bench", "npm"), "rust-tokenizers.js"));
        start.ArgumentList.Add(tokenizer);
        start.Environment["TOKENIZERS_PARALLELISM"] = "false";
        using var process = Process.Start(start)!;
        process.StandardInput.WriteLine(JsonSerializer.Serialize(texts, Json));
        process.StandardInput.Close();
        var line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The process of the Rust tokenizers ended; its message is above.");
        process.WaitForExit();
        return JsonSerializer.Deserialize<double[]>(line, Json)!;
    }
}
