using System.IO.Compression;
using System.Text;
using Quiver.Bench.Measurement;
using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;
using Quiver.Tokenization;

namespace Quiver.Bench.Micro;

/// <summary>
/// B21: the corpus's descriptions on one core, beside the Rust library; and whether time stays linear in the text. A bound that is broken
/// fails the run.
/// </summary>
internal static class TokenizerBench
{
    /// <summary>Millions of tokens a second.</summary>
    private const double LeastRate = 8;

    /// <summary>Time for twice the text over time for the text.</summary>
    private const double MostRatio = 2.2;

    private static readonly int[] Sizes = [10_000, 20_000, 100_000, 200_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000];

    public static void Run(BenchContext context)
    {
        string[] descriptions = [.. Corpus.Descriptions()];
        RunCorpus(descriptions, context);
        RunScaling(string.Join('\n', descriptions), context);
    }

    private static void RunCorpus(string[] descriptions, BenchContext context)
    {
        var file = Path.Combine(Repository.DefaultModel, "tokenizer.json");
        var tokenizer = Tokenizer.Load(file);
        var buffer = new TokenIdBuffer();
        var tokens = descriptions.Sum(text => (long)tokenizer.EncodeIds(text, buffer));
        var ids = Measure(text => tokenizer.EncodeIds(text, buffer));
        var full = Measure(text => Sink.Take(tokenizer.Encode(text).Ids.Count));

        var report = context.Report;
        var table = report.Table($"B21: WordPiece, {descriptions.Length} descriptions, {tokens} tokens, one core", "tokenizer", "M tokens/s", "spread");
        table.Row("Quiver, EncodeIds: ids alone, as it embeds", $"{ids.Median:f1}", Format.Spread(ids));
        table.Row("Quiver, Encode: ids, tokens, offsets, types", $"{full.Median:f1}", Format.Spread(full));
        var target = Target.Least(LeastRate);
        report.Figure("B21", "WordPiece, corpus descriptions, M tokens/s", ids, target);
        report.Figure("B21", "WordPiece, corpus descriptions, with tokens and offsets, M tokens/s", full);
        report.Note($"Ids alone: {Format.Verdict(ids.Median, target)}.");
        if (!target.IsMetBy(ids.Median))
            context.Fail($"B21: {ids.Median:f1} M tokens/s, not {target.Text}");

        if (RustTokenizers.Missing() is { } missing)
        {
            report.Note($"No peer: {missing}.");
            return;
        }

        var peer = Samples.Of(RustTokenizers.SecondsPerPass(file, descriptions)).Convert(ToRate);
        table.Row("Rust tokenizers, encodeBatch: as Encode, and masks", $"{peer.Median:f2}", Format.Spread(peer));
        report.Figure("B21", "Rust tokenizers, the same texts, M tokens/s", peer);
        report.Note(
            $"Like for like, everything about each text: {full.Median / peer.Median:f1} times the Rust library. " +
            $"Ids alone, less than it was asked for: {ids.Median / peer.Median:f1} times.");

        Samples Measure(Action<string> encode) => Sampler.TimeThread(() => Array.ForEach(descriptions, encode)).Convert(ToRate);

        double ToRate(double seconds) => tokens / seconds / 1e6;
    }

    private static void RunScaling(string corpus, BenchContext context)
    {
        // One page over and over: the share of words that are in the cache, and in the CPU's, is then the same at every length.
        var page = corpus[..Sizes[0]];
        var columns = Sizes.Select(size => $"{size / 1000} KB").Prepend("kind, text").Append("worst ratio for twice the text");
        var table = context.Report.Table("Tokenizer: ns a byte by length of the text", [.. columns]);
        foreach (var kind in Directory.GetDirectories(Repository.Folder("tests", "data", "tokenizers")).Order(StringComparer.Ordinal))
        {
            var tokenizer = Tokenizer.Parse(Unpack(Path.Combine(kind, "tokenizer.json.gz")), kind);
            var name = Path.GetFileName(kind);
            Measure($"{name}, prose", tokenizer, size => Repeat(page, size));
            Measure($"{name}, one word", tokenizer, OneWord);
            Measure($"{name}, distinct words", tokenizer, DistinctWords);
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
            var target = Target.Most(MostRatio);
            context.Report.Figure("tokenizer-linear", $"{name}, worst ratio", ratios.Max(), target);
            if (!target.IsMetBy(ratios.Max()))
                context.Fail($"tokenizer-linear: {name}, worst ratio for twice the text {ratios.Max():f2}, not {target.Text}");
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

    /// <summary>No word twice, so that no cache of words helps: numbers that take all values of 32 bits, spelled in letters.</summary>
    private static string DistinctWords(int length)
    {
        const uint odd = 2_654_435_769; // Times an odd number, 1, 2, 3 … stay distinct modulo 2^32, and lose their order.
        return string.Create(length, odd, (span, factor) =>
        {
            var at = 0;
            for (var word = 1u; at < span.Length; word++)
            {
                for (var rest = word * factor; rest > 0 && at < span.Length; rest /= 26)
                    span[at++] = (char)('a' + (rest % 26));
                if (at < span.Length)
                    span[at++] = ' ';
            }
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
