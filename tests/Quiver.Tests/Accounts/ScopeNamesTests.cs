using Quiver.Accounts;

namespace Quiver.Tests.Accounts;

public sealed class ScopeNamesTests
{
    [Fact]
    public void Every_scope_has_a_name_of_its_own()
    {
        foreach (var scope in Enum.GetValues<Scopes>().Where(scope => scope != Scopes.None))
        {
            var name = Assert.Single(ScopeNames.Of(scope));
            Assert.True(ScopeNames.TryParse([name], out var parsed, out _));
            Assert.Equal(scope, parsed);
        }
    }

    [Fact]
    public void Several_are_joined_in_a_fixed_order()
    {
        Assert.True(ScopeNames.TryParse(["search", "embed:text", "search"], out var scopes, out _));
        Assert.Equal("embed:text search", ScopeNames.Join(scopes));
        Assert.Equal(scopes, ScopeNames.Split("search embed:text"));
    }

    [Fact]
    public void All_of_today_is_not_all_of_tomorrow()
    {
        Assert.True(ScopeNames.TryParse(ScopeNames.All.Where(name => name != "*"), out var today, out _));
        Assert.NotEqual(Scopes.All, today);
        Assert.Equal("*", ScopeNames.Join(Scopes.All));
    }

    [Theory]
    [InlineData("embed")]
    [InlineData("ADMIN")]
    [InlineData("")]
    [InlineData("embed:text search")]
    public void An_unknown_name_is_refused_and_told(string name)
    {
        Assert.False(ScopeNames.TryParse(["search", name], out _, out var unknown));
        Assert.Equal(name, unknown);
    }

    [Fact]
    public void A_name_of_a_later_version_gives_no_right() => Assert.Equal(Scopes.Search, ScopeNames.Split("search telepathy"));
}
