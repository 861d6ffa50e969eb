namespace Quiver.Limits;

/// <summary>What is left of a window for one caller.</summary>
/// <param name="Remaining">Whole units.</param>
/// <param name="Next">Until more is left than now; zero where nothing is used.</param>
/// <param name="Full">Until all of it is left, if nothing more is used: of a day or a month, to its end.</param>
/// <param name="Wait">Until what was asked for fits: zero where it did, null where it is more than the whole limit.</param>
public readonly record struct WindowStanding(RateWindow Window, long Remaining, TimeSpan Next, TimeSpan Full, TimeSpan? Wait);
