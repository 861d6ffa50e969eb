namespace Quiver.Bench;

/// <summary>What <c>bench load</c> runs.</summary>
internal static class LoadBenches
{
    public static IReadOnlyList<Bench> All { get; } =
    [
    ];
}
