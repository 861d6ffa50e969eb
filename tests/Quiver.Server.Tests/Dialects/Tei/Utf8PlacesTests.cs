using System.Text;
using Quiver.Server.Dialects.Tei;

namespace Quiver.Server.Tests.Dialects.Tei;

public sealed class Utf8PlacesTests
{
    private const int Seed = 20;

    [Fact]
    public void Places_in_any_order_are_those_counted_from_the_start()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 200; round++)
        {
            var text = TextOf(random, random.Next(60));
            var places = new Utf8Places(text);
            for (var i = 0; i < 100; i++)
            {
                var units = random.Next(text.Length + 3);
                Assert.Equal(CountedFromStart(text, units), places.At(units));
            }
        }
    }

    /// <summary>As a byte-level or decomposing tokenizer places them. Counted from the start each time, these are 10^12 characters.</summary>
    [Fact]
    public void Tokens_that_share_characters_cost_no_more_than_those_that_follow_each_other()
    {
        const int Length = 1_000_000;
        var text = new string('한', Length);
        var places = new Utf8Places(text);
        var start = TimeProvider.System.GetTimestamp();
        for (var unit = 0; unit < Length; unit++)
        {
            for (var piece = 0; piece < 3; piece++)
            {
                Assert.Equal(3 * unit, places.At(unit));
                Assert.Equal(3 * (unit + 1), places.At(unit + 1));
            }

            if (unit % 1000 == 0)
                Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20), $"{unit} characters took {TimeProvider.System.GetElapsedTime(start)}.");
        }
    }

    private static int CountedFromStart(string text, int units)
    {
        units = Math.Min(units, text.Length);
        if (units > 0 && units < text.Length && char.IsSurrogatePair(text, units - 1))
            units--;
        return System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, units));
    }

    /// <summary>Of one to four bytes each, halves of pairs among them.</summary>
    private static string TextOf(Random random, int length)
    {
        var text = new StringBuilder();
        for (var i = 0; i < length; i++)
            text.Append(random.Next(6) switch { 0 => "a", 1 => "ß", 2 => "한", 3 => "😀", 4 => "\uD83D", _ => "\uDE00" });
        return text.ToString();
    }
}
