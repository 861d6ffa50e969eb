using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Quiver.Caching;

namespace Quiver.Tests.Caching;

/// <summary>Defect 29 of the services before us: keys joined with separators collide, since a text may hold the separator.</summary>
public sealed class CacheKeyTests
{
    private static readonly byte[] Identity = SHA256.HashData("identity"u8);

    [Theory]
    [InlineData("a", "b|c", "a|b", "c")]
    [InlineData("", "tenant:text", "tenant", "text")]
    [InlineData("a\0", "b", "a", "\0b")]
    [InlineData("1", "23", "12", "3")]
    public void Parts_that_joined_would_be_equal_give_different_keys(string tenant, string text, string otherTenant, string otherText) =>
        Assert.NotEqual(CacheKey.OfText(tenant, Identity, text), CacheKey.OfText(otherTenant, Identity, otherText));

    [Theory]
    [InlineData("Text", "text")]
    [InlineData("text", "text ")]
    [InlineData("é", "e\u0301")]
    [InlineData("", " ")]
    [InlineData("a", "a\0")]
    public void No_two_texts_are_taken_for_one(string text, string other) =>
        Assert.NotEqual(CacheKey.OfText("", Identity, text), CacheKey.OfText("", Identity, other));

    [Fact]
    public void Tenants_identities_and_kinds_of_input_have_keys_of_their_own()
    {
        // The bytes of the text and of the ids are the same.
        int[] ids = [0x61616161];
        CacheKey[] keys =
        [
            CacheKey.OfText(null, Identity, "aaaa"),
            CacheKey.OfText("", Identity, "aaaa"),
            CacheKey.OfText("public", Identity, "aaaa"),
            CacheKey.OfText("", SHA256.HashData("another"u8), "aaaa"),
            CacheKey.OfTokenIds("", Identity, ids, complete: false),
            CacheKey.OfTokenIds("", Identity, ids, complete: true),
            CacheKey.OfTokenIds("", Identity, [0x61616161, 0], complete: true),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[4], CacheKey.OfTokenIds("", Identity, [0x61616161], complete: false));
    }

    [Fact]
    public void Different_parts_never_share_a_key_and_equal_ones_always_do()
    {
        var random = new Random(11);
        var seen = new Dictionary<CacheKey, string>();
        for (var i = 0; i < 200_000; i++)
        {
            var tenant = random.Next(4) == 0 ? null : Piece(random);
            var identity = System.Text.Encoding.UTF8.GetBytes(Piece(random));
            var text = Piece(random);
            var ids = MemoryMarshal.Cast<byte, int>(System.Text.Encoding.Unicode.GetBytes(text.PadRight((text.Length + 1) & ~1)));
            var (kind, key) = random.Next(3) switch
            {
                0 => ("text", CacheKey.OfText(tenant, identity, text)),
                1 => ("ids", CacheKey.OfTokenIds(tenant, identity, ids, complete: false)),
                _ => ("complete", CacheKey.OfTokenIds(tenant, identity, ids, complete: true)),
            };
            var content = kind == "text" ? Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text)) : string.Join(',', ids.ToArray());
            var parts = $"{(tenant is null ? "-" : "+" + Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(tenant)))} {Convert.ToHexString(identity)} {kind} {content}";
            if (seen.TryGetValue(key, out var known))
                Assert.Equal(known, parts);
            else
                seen.Add(key, parts);
        }

        Assert.InRange(seen.Count, 50_000, 199_999);
        Assert.Equal(seen.Count, seen.Values.Distinct().Count());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(500)]
    [InlineData(100_000)]
    public void Making_a_key_allocates_nothing(int length)
    {
        var text = new string('x', length);
        CacheKey.OfText("", Identity, text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            CacheKey.OfText("", Identity, text);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void The_bytes_that_are_hashed_never_change()
    {
        // version, kind, tenant given | tenant | identity | text | ids: a tier outside the process is read by this key for years.
        byte[] hashed = [3, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, (byte)'t', 2, 0, 0, 0, 7, 8, 3, 0, 0, 0, 0xC3, 0xA9, (byte)'!', 0, 0, 0, 0];
        var expected = MemoryMarshal.Cast<byte, long>(SHA256.HashData(hashed))[0];
        Assert.Equal(expected, CacheKey.OfText("t", [7, 8], "é!").Fingerprint);
    }

    /// <summary>Up to four characters, mostly such as separate things, so that equal joins are frequent.</summary>
    private static string Piece(Random random)
    {
        const string Alphabet = "a|:\0/\u00e9";
        return new string([.. Enumerable.Range(0, random.Next(5)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
    }
}
