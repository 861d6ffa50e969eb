using System.CommandLine;

namespace Quiver.Server.Commands;

/// <summary>A command whose <c>--help</c> ends with examples to copy.</summary>
internal sealed class DocumentedCommand(string name, string description) : Command(name, description)
{
    /// <summary>Command lines, one per line; a line that starts with <c>#</c> explains the next.</summary>
    public string Examples { get; set; } = "";
}
