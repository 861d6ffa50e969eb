namespace Quiver.Server.Commands;

/// <summary>What the process returns; documented in docs/command-line.md.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command line or the configuration is wrong: an unknown option or setting, a missing or impossible value.</summary>
    public const int Usage = 1;

    /// <summary>The command line is right, but a file, model, input line, port or the machine is not.</summary>
    public const int Environment = 2;

    /// <summary>Ctrl+C or SIGTERM, as shells count it: 128 + SIGINT.</summary>
    public const int Cancelled = 130;

    /// <summary>Whoever read our output has gone (<c>quiver embed | head</c>), as shells count it: 128 + SIGPIPE.</summary>
    public const int BrokenPipe = 141;
}
