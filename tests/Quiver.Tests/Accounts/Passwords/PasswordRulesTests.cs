using Quiver.Accounts.Passwords;

namespace Quiver.Tests.Accounts.Passwords;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("12345678")]
    [InlineData("        ")]
    [InlineData("пароль-1")]
    public void Eight_characters_of_any_kind_are_enough(string password) => Assert.Null(PasswordRules.Problem(password));

    [Theory]
    [InlineData("")]
    [InlineData("1234567")]
    [InlineData("🗝🗝🗝🗝🗝🗝🗝")]
    public void Fewer_are_not(string password) => Assert.Contains("at least 8", PasswordRules.Problem(password), StringComparison.Ordinal);

    [Fact]
    public void More_than_1024_characters_are_refused_and_not_even_compared()
    {
        Assert.Null(PasswordRules.Problem(new string('p', 1024)));
        Assert.Contains("at most 1024", PasswordRules.Problem(new string('p', 1025)), StringComparison.Ordinal);
        Assert.False(PasswordRules.MayBeOne(new string('p', 1025)));
    }

    [Fact]
    public void A_NUL_is_refused()
    {
        Assert.Contains("NUL", PasswordRules.Problem("password\0tail"), StringComparison.Ordinal);
        Assert.False(PasswordRules.MayBeOne("password\0tail"));
    }
}
