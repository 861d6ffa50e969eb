using Quiver.Embedding;

namespace Quiver.Server.Commands;

/// <summary>Times the encoder on texts of one length, one text a call, as single queries come.</summary>
/// <param name="duration">How long each measurement runs, after a warm-up of a quarter of it.</param>
internal sealed class EncoderMeasurement(EmbeddingModel model, TimeSpan duration, TimeProvider time)
{
    /// <summary>Plain English; the encoder takes the same time for any words.</summary>
    private const string Sentence = "The archer drew an arrow from the quiver, looked along its shaft and let it fly over the river. ";

    /// <summary>Threads that compute at the same time, each its own texts.</summary>
    /// <returns>Texts a second, of all runners together.</returns>
    public double TextsPerSecond(int tokens, int runners)
    {
        var input = TextOf(tokens);
        Run(input, runners, duration / 4);
        return Run(input, runners, duration);
    }

    /// <summary>An input of exactly so many tokens, special tokens included.</summary>
    private TokenizedInput TextOf(int tokens)
    {
        var text = "";
        TokenizedInput input;
        do
        {
            text += Sentence;
            input = model.Tokenize(text);
        }
        while (input.Ids.Length < tokens);

        return new TokenizedInput(input.Ids[..tokens], input.TypeIds?[..tokens], tokens);
    }

    private double Run(TokenizedInput input, int runners, TimeSpan limit)
    {
        var start = time.GetTimestamp();
        var texts = 0L;
        var threads = Enumerable.Range(0, runners).Select(_ => new Thread(() => Interlocked.Add(ref texts, EmbedFor(input, limit)))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return texts / time.GetElapsedTime(start).TotalSeconds;
    }

    private long EmbedFor(TokenizedInput input, TimeSpan limit)
    {
        var vector = new float[model.Width];
        var start = time.GetTimestamp();
        var texts = 0L;
        for (; time.GetElapsedTime(start) < limit; texts++) model.Embed([input], vector);
        return texts;
    }
}
