using System.Globalization;

namespace Quiver.Server.Configuration;

/// <summary>Numbers of bytes as people write them: powers of 1024 with KiB, MiB, GiB, powers of 1000 with KB, MB, GB.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        var factor = 1L;
        foreach (var (unit, size) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                continue;
            (text, factor) = (text[..^unit.Length].TrimEnd(), size);
            break;
        }

        var isRight = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / factor;
        bytes = isRight ? number * factor : 0;
        return isRight;
    }

    /// <summary>In the largest unit that leaves no remainder.</summary>
    public static string Format(long bytes)
    {
        var (unit, size) = Units.First(unit => bytes % unit.Bytes == 0 && (bytes != 0 || unit.Bytes == 1));
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / size}{(size == 1 ? "" : unit)}");
    }
}
