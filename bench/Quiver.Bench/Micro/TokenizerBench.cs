using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Quiver.Bench.Measurement;
using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;
using Quiver.Tokenization;

namespace Quiver.Bench.Micro;

/// <summary>B21: ids of the corpus's descriptions on one core, beside the Rust library; and whether time stays linear in the text.</summary>
internal static class TokenizerBench
{
    private const double MostRatio = 2.2;

    private static readonly int[] Sizes = [10_000, 20_000, 100_000, 200_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000];

    public static void Run(Report report)
    {
        var descriptions = Descriptions();
        RunCorpus(descriptions, report);
        RunScaling(string.Join('\n', descriptions), report);
    }

    private static void RunCorpus(string[] descriptions, Report report)
    {
        var tokenizer = Tokenizer.Load(Path.Combine(Repository.DefaultModel, "tokenizer.json"));
        var ids = new TokenIdBuffer();
        var tokens = descriptions.Sum(text => (long)tokenizer.EncodeIds(text, ids));
        var rate = Sampler.TimeThread(() =>
        {
            foreach (var text in descriptions)
                tokenizer.EncodeIds(text, ids);
        }).Convert(seconds => tokens / seconds / 1e6);

        var table = report.Table($"B21: WordPiece, {descriptions.Length} descriptions, {tokens} tokens, one core", "tokenizer", "M tokens/s", "spread");
        table.Row("Quiver", $"{rate.Median:f1}", Format.Spread(rate));
        report.Figure("B21", "WordPiece, corpus descriptions, M tokens/s", rate, Target.Least(8));
        if (RustTokenizers.Missing() is { } missing)
        {
            report.Note($"No peer: {missing}. Measured elsewhere, tokenizers 0.23 gives 0.58 to 0.77 M tokens/s.");
            return;
        }

        var peer = Samples.Of(RustTokenizers.SecondsPerPass(Path.Combine(Repository.DefaultModel, "tokenizer.json"), descriptions))
            .Convert(seconds => tokens / seconds / 1e6);
        table.Row("Rust tokenizers, encodeBatch, one thread", $"{peer.Median:f2}", Format.Spread(peer));
        report.Figure("B21", "Rust tokenizers, the same texts, M tokens/s", peer);
        report.Note($"{rate.Median / peer.Median:f1} times the Rust library; {Format.Verdict(rate.Median, Target.Least(8))}.");
    }

    private static void RunScaling(string corpus, Report report)
    {
        // One page over and over: the share of words that are in the cache, and in the CPU's, is then the same at every length.
        var page = corpus[..Sizes[0]];
        var columns = Sizes.Select(size => $"{size / 1000} KB").Prepend("kind, text").Append("worst ratio for twice the text");
        var table = report.Table("Tokenizer: ns a byte by length of the text", [.. columns]);
        foreach (var kind in Directory.GetDirectories(Repository.Folder("tests", "data", "tokenizers")).Order(StringComparer.Ordinal))
        {
            var tokenizer = Tokenizer.Parse(Unpack(Path.Combine(kind, "tokenizer.json.gz")), kind);
            var name = Path.GetFileName(kind);
            Measure($"{name}, prose", tokenizer, size => Repeat(page, size));
            Measure($"{name}, one word", tokenizer, OneWord);
        }

        void Measure(string name, Tokenizer tokenizer, Func<int, string> make)
        {
            var ids = new TokenIdBuffer();
            var seconds = Array.ConvertAll(Sizes, size =>
            {
                var text = make(size);
                return BestSeconds(() => tokenizer.EncodeIds(text, ids));
            });
            double[] ratios = [seconds[1] / seconds[0], seconds[3] / seconds[2], seconds[5] / seconds[4], seconds[7] / seconds[6]];
            table.Row([name, .. seconds.Select((s, i) => $"{s / Sizes[i] * 1e9:f1}"), $"{ratios.Max():f2}"]);
            report.Figure("tokenizer-linear", $"{name}, worst ratio", ratios.Max(), Target.Most(MostRatio));
        }
    }

    /// <summary>The best of a few short measurements: what is asked here is how time grows, not what it is on a busy day.</summary>
    private static double BestSeconds(Action body)
    {
        const double window = 0.02;
        const int repetitions = 3;
        body();
        var best = double.MaxValue;
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var start = ThreadClock.Now();
            var calls = 0;
            do
            {
                body();
                calls++;
            }
            while (ThreadClock.Now() - start < window);
            best = Math.Min(best, (ThreadClock.Now() - start) / calls);
        }

        return best;
    }

    private static string[] Descriptions()
    {
        using var reader = new StreamReader(new MemoryStream(Unpack(Repository.Folder("tests", "data", "corpus", "packages.jsonl.gz"))));
        var descriptions = new List<string>();
        while (reader.ReadLine() is { } line)
            descriptions.Add(JsonDocument.Parse(line).RootElement.GetProperty("description").GetString()!);
        return [.. descriptions];
    }

    private static string Repeat(string text, int length)
    {
        var builder = new StringBuilder(length);
        while (builder.Length < length)
            builder.Append(text, 0, Math.Min(text.Length, length - builder.Length));
        return builder.ToString();
    }

    /// <summary>Letters without any space, in an order without a period.</summary>
    private static string OneWord(int length)
    {
        var random = new Random(length);
        return string.Create(length, random, (span, source) =>
        {
            foreach (ref var character in span)
                character = "etaoinshrdlu"[source.Next(12)];
        });
    }

    private static byte[] Unpack(string path)
    {
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        return memory.ToArray();
    }
}
