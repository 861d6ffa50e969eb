namespace Quiver.Server.Commands.Formats;

/// <summary>How texts lie in an input file.</summary>
internal enum InputFormat
{
    /// <summary>Each line is one text, empty lines too.</summary>
    Lines,

    /// <summary>Each line is a JSON object with a member "text"; blank lines are skipped.</summary>
    Jsonl,
}
