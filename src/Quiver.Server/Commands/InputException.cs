namespace Quiver.Server.Commands;

/// <summary>A line of the input cannot be used. The message names the line and never quotes it.</summary>
internal sealed class InputException(string source, long line, string problem) : Exception($"{source}, line {line}: {problem}")
{
    /// <summary>Counted from 1, as editors do.</summary>
    public long Line { get; } = line;
}
