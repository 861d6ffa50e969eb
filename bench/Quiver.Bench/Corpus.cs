using System.IO.Compression;
using System.Text.Json;
using Quiver.Models;
using Quiver.Tokenization;

namespace Quiver.Bench;

/// <summary>The golden corpus under tests/data/corpus: 10,000 package descriptions, and 200 queries with the package each is about.</summary>
internal static class Corpus
{
    public sealed record Query(string Text, string Relevant);

    public static IEnumerable<string> Names() => Lines("packages.jsonl.gz").Select(line => line.GetProperty("name").GetString()!);

    public static IEnumerable<string> Descriptions() => Lines("packages.jsonl.gz").Select(line => line.GetProperty("description").GetString()!);

    public static IEnumerable<Query> Queries() => Lines("queries.jsonl.gz")
        .Select(line => new Query(line.GetProperty("query").GetString()!, line.GetProperty("relevant")[0].GetString()!));

    /// <summary>recall@10 and MRR@10 of the fp32 reference over this corpus.</summary>
    public static (double Recall, double ReciprocalRank) Reference()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Repository.Folder("tests", "data", "corpus", "reference.json")));
        var shared = file.RootElement.GetProperty("shared");
        return (shared.GetProperty("recall@10").GetDouble(), shared.GetProperty("mrr@10").GetDouble());
    }

    /// <summary>Token ids in the default model's vocabulary, special tokens added, cut to its limit.</summary>
    public static IReadOnlyList<int[]> Tokenize(IEnumerable<string> texts)
    {
        var folder = ModelFolder.Open(Repository.DefaultModel);
        var tokenizer = Tokenizer.Load(folder.TokenizerPath);
        var ids = new TokenIdBuffer();
        return [.. texts.Select(text =>
        {
            tokenizer.EncodeIds(text, ids, folder.MaxTokens);
            return ids.Ids.ToArray();
        })];
    }

    private static IEnumerable<JsonElement> Lines(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Repository.Folder("tests", "data", "corpus", file)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return JsonElement.Parse(line);
    }
}
