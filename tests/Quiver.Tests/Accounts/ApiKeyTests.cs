using FsCheck;
using FsCheck.Fluent;
using Quiver.Accounts;

namespace Quiver.Tests.Accounts;

public sealed class ApiKeyTests
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static TheoryData<string> Prefixes => [.. ApiKey.Prefixes];

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void A_key_is_its_prefix_and_36_base62_digits(string prefix)
    {
        var key = ApiKey.Create(prefix);

        Assert.StartsWith(prefix, key, StringComparison.Ordinal);
        Assert.Equal(prefix.Length + 36, key.Length);
        Assert.All(key[prefix.Length..], digit => Assert.Contains(digit, Base62));
        Assert.True(ApiKey.IsPossible(key));
    }

    /// <summary>A key that was handed out stays one in later versions. Computed apart, from CRC-32C's polynomial.</summary>
    [Theory]
    [InlineData("vec_000000000000000000000000000000", "2iqirz")]
    [InlineData("fe_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "3WJ2Wy")]
    public void The_check_digits_are_as_they_always_were(string head, string check) => Assert.True(ApiKey.IsPossible(head + check));

    [Fact]
    public void No_key_comes_twice() => Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(_ => ApiKey.Create("vec_")).Distinct().Count());

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void Any_one_digit_changed_is_noticed(string prefix)
    {
        var key = ApiKey.Create(prefix);
        for (var i = 0; i < key.Length; i++)
        {
            foreach (var digit in Base62.Where(digit => digit != key[i]))
                Assert.False(ApiKey.IsPossible(key[..i] + digit + key[(i + 1)..]));
        }
    }

    [Fact]
    public void Any_two_neighbours_exchanged_are_noticed()
    {
        var key = ApiKey.Create("vec_");
        for (var i = 4; i + 1 < key.Length; i++)
        {
            var exchanged = key[..i] + key[i + 1] + key[i] + key[(i + 2)..];
            Assert.Equal(key[i] == key[i + 1], ApiKey.IsPossible(exchanged));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("vec_")]
    [InlineData("sk-0123456789012345678901234567890123456789")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.AAAA")]
    [InlineData("vec_0123456789abcdef0123456789abcde")]
    [InlineData("vec_0123456789abcdef0123456789abcdeg")]
    [InlineData("vec_0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("emb_0123456789abcdef0123456789abcdef")]
    public void What_is_no_key_is_told_by_its_form(string text) => Assert.False(ApiKey.IsPossible(text));

    [Theory]
    [InlineData("vec_0123456789abcdef0123456789abcdef")]
    [InlineData("fe_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void The_services_own_keys_have_a_form_too(string text) => Assert.True(ApiKey.IsPossible(text));

    [Fact]
    public void No_text_at_all_makes_it_fail() => Prop.ForAll<string?>(text =>
    {
        _ = ApiKey.IsPossible(text);
        Assert.False(ApiKey.IsPossible("vec_" + text));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_hash_is_the_SHA_256_of_its_text() => Assert.Equal(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        Convert.ToHexStringLower(KeyHash.Of("abc").ToArray()));

    [Fact]
    public void A_hash_comes_back_from_its_bytes()
    {
        var hash = KeyHash.Of(new string('k', 300));
        Assert.Equal(hash, KeyHash.From(hash.ToArray()));
        Assert.NotEqual(hash, KeyHash.Of(new string('k', 299)));
    }
}
