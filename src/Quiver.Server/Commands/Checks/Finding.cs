namespace Quiver.Server.Commands.Checks;

/// <summary>What <c>quiver doctor</c> found out about one thing.</summary>
/// <param name="Check">The thing, one word: "port".</param>
/// <param name="Message">A sentence without a full stop. No secrets.</param>
/// <param name="Fix">What to do about it; never null when there is something to do.</param>
internal sealed record Finding(string Check, Verdict Verdict, string Message, string? Fix = null)
{
    public static Finding Ok(string check, string message) => new(check, Verdict.Ok, message);

    public static Finding Warn(string check, string message, string fix) => new(check, Verdict.Warn, message, fix);

    public static Finding Fail(string check, string message, string fix) => new(check, Verdict.Fail, message, fix);
}

internal enum Verdict
{
    Ok,

    /// <summary>It works, and will not be liked.</summary>
    Warn,

    /// <summary>The server would not start, or not answer rightly.</summary>
    Fail,
}
