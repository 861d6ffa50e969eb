using Quiver.Server.Configuration;

namespace Quiver.Server.Tests.Configuration;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("port", "", 4)]
    [InlineData("port", "port", 0)]
    [InlineData("prot", "port", 1)]
    [InlineData("prt", "port", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    public void The_distance_counts_single_edits_and_swaps_of_neighbours(string from, string to, int distance)
    {
        Assert.Equal(distance, Spelling.Distance(from, to));
        Assert.Equal(distance, Spelling.Distance(to, from));
    }

    [Fact]
    public void The_nearest_word_is_suggested_and_a_distant_one_is_not()
    {
        string[] words = ["server.host", "server.port", "auth.api_key"];
        Assert.Equal("server.port", Spelling.Nearest("server.prot", words));
        Assert.Equal("auth.api_key", Spelling.Nearest("auth.apikey", words));
        Assert.Null(Spelling.Nearest("database.url", words));
        Assert.Null(Spelling.Nearest("", words));
    }
}
