using System.Globalization;
using Quiver.Embedding;

namespace Quiver.Server.Dialects.Tei;

/// <summary>TEI's headers on what was computed: what with, how much, and how long each part took in whole milliseconds. Runs from its construction.</summary>
internal readonly struct ComputeHeaders(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <param name="characters">As TEI counts them: before anything was cut.</param>
    /// <param name="tokens">After it, special tokens included.</param>
    public void Write(IHeaderDictionary headers, long characters, long tokens, EmbeddingTimes times)
    {
        var total = Milliseconds(time.GetElapsedTime(_start));
        headers["x-compute-type"] = "cpu";
        headers["x-compute-time"] = total;
        headers["x-compute-characters"] = characters.ToString(CultureInfo.InvariantCulture);
        headers["x-compute-tokens"] = tokens.ToString(CultureInfo.InvariantCulture);
        headers["x-total-time"] = total;
        headers["x-tokenization-time"] = Milliseconds(times.Tokenization);
        headers["x-queue-time"] = Milliseconds(times.Queue);
        headers["x-inference-time"] = Milliseconds(times.Inference);
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
