using Quiver.Bench.Measurement;
using Quiver.Tests.Support;
using Quiver.Tokenization;

namespace Quiver.Server.Tests.Peers;

/// <summary>
/// No text makes a tokenizer slow: time a character stays what it was as the text grows, by the thread's own CPU time. Coarse, to hold on
/// any machine; `bench micro --only tokenizer` draws the finer line.
/// </summary>
public class TokenizerLinearityTests
{
    /// <summary>A quadratic step would make it eight times, over this span of lengths; it is found at half of it and cannot hang.</summary>
    private const double MostGrowth = 4;

    private static readonly int[] Lengths = [125_000, 250_000, 500_000, 1_000_000];

    public static TheoryData<string> Kinds =>
        [.. Directory.GetDirectories(Path.Combine(TestData.RepositoryRoot, "tests", "data", "tokenizers")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Time_is_linear_in_the_text(string kind)
    {
        var tokenizer = Tokenizer.Parse(TestData.ReadAll($"tokenizers/{kind}/tokenizer.json"), kind);

        AssertLinear(tokenizer, length => Letters(length, wordLength: int.MaxValue));
        AssertLinear(tokenizer, length => Letters(length, wordLength: 9));
    }

    private static void AssertLinear(Tokenizer tokenizer, Func<int, string> make)
    {
        var ids = new TokenIdBuffer();
        tokenizer.EncodeIds(make(Lengths[0]), ids);
        var first = SecondsPerCharacter(Lengths[0]);
        foreach (var length in Lengths.AsSpan(1))
        {
            var seconds = SecondsPerCharacter(length);
            Assert.True(seconds < MostGrowth * first, $"{length} characters: {seconds / first:f1} times the time a character");
        }

        double SecondsPerCharacter(int length)
        {
            var text = make(length);
            return Enumerable.Range(0, 2).Min(_ =>
            {
                var start = ThreadClock.Now();
                tokenizer.EncodeIds(text, ids);
                return (ThreadClock.Now() - start) / length;
            });
        }
    }

    /// <summary>Letters in an order without a period, so that words are distinct but for chance.</summary>
    private static string Letters(int length, int wordLength)
    {
        var random = new Random(length);
        return string.Create(length, (random, wordLength), (span, state) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = i % state.wordLength == state.wordLength - 1 ? ' ' : "etaoinshrdlu"[state.random.Next(12)];
        });
    }
}
