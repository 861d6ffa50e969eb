namespace Quiver.Diagnostics;

/// <summary>A limit that is used up, in the words of its plan.</summary>
/// <param name="Limit">How much it allows.</param>
/// <param name="Unit">Of what ("requests").</param>
/// <param name="Period">In how long ("day").</param>
/// <param name="Reset">When all of it is free again, if nothing more is used; UTC.</param>
public sealed record ExceededLimit(long Limit, string Unit, string Period, DateTimeOffset Reset);
