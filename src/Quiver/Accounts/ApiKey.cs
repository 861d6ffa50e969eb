using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;

namespace Quiver.Accounts;

/// <summary>
/// The text of an API key: a prefix that names the dialect which made it, 30 random base62 digits (178 bits) and 6 that check them. Made once,
/// shown once, never kept.
/// </summary>
/// <remarks>Most of what is sent by mistake (a key cut short, a key of another service) is told from a key without asking the database.</remarks>
internal static class ApiKey
{
    public const string EmbedCachePrefix = "vec_";
    public const string FastEmbedPrefix = "fe_";
    public const string TkrEmbedPrefix = "emb_";

    /// <summary>What is shown of a key after it was made, and what it is revoked by: its prefix and the digits behind it.</summary>
    public const int ShownLength = 12;

    private const int RandomDigits = 30;
    private const int CheckDigits = 6;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Hexadecimal digits of the keys that the services themselves made, which hold no check.</summary>
    private static readonly (string Prefix, int Length)[] ImportedForms = [(EmbedCachePrefix, 32), (FastEmbedPrefix, 64)];

    private static readonly SearchValues<char> Base62 = SearchValues.Create(Digits);
    private static readonly SearchValues<char> LowerHexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>In the order of their names in documentation.</summary>
    public static IReadOnlyList<string> Prefixes { get; } = [EmbedCachePrefix, FastEmbedPrefix, TkrEmbedPrefix];

    /// <param name="prefix">One of <see cref="Prefixes"/>.</param>
    public static string Create(string prefix)
    {
        var head = prefix + RandomNumberGenerator.GetString(Digits, RandomDigits);
        return head + CheckOf(head);
    }

    /// <summary>Whether a text may be a key: one of ours with its check right, or of the form that an imported one has.</summary>
    public static bool IsPossible(ReadOnlySpan<char> text)
    {
        foreach (var prefix in Prefixes)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.Length == prefix.Length + RandomDigits + CheckDigits)
                return !text[prefix.Length..].ContainsAnyExcept(Base62) && text[^CheckDigits..].SequenceEqual(CheckOf(text[..^CheckDigits]));
        }

        foreach (var (prefix, length) in ImportedForms)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.Length == prefix.Length + length)
                return !text[prefix.Length..].ContainsAnyExcept(LowerHexadecimal);
        }

        return false;
    }

    /// <summary>The part of a key that is shown in lists.</summary>
    public static string ShownPart(string key) => key[..ShownLength];

    /// <summary>The CRC-32C of everything before it, in base62.</summary>
    private static string CheckOf(ReadOnlySpan<char> head)
    {
        var crc = uint.MaxValue;
        foreach (var digit in head)
            crc = BitOperations.Crc32C(crc, (byte)digit);
        return string.Create(CheckDigits, ~crc, static (text, rest) =>
        {
            for (var i = text.Length - 1; i >= 0; i--)
                (text[i], rest) = (Digits[(int)(rest % (uint)Digits.Length)], rest / (uint)Digits.Length);
        });
    }
}
