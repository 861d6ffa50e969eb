namespace Quiver.Server.Commands;

/// <summary>Options that are each fine but do not go together. Ends the command with <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message) : Exception(message);
