using System.CommandLine;
using Quiver.Server.Commands.Formats;

namespace Quiver.Server.Commands;

/// <summary>Where the texts of a command come from: the same two options everywhere.</summary>
internal sealed class InputOptions
{
    private readonly Option<string> _input = new("--input", "-i")
    {
        HelpName = "FILE",
        Description = "The file with the texts; - is standard input.",
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<InputFormat> _format = new("--input-format")
    {
        HelpName = "lines|jsonl",
        Description = "lines: each line is a text (the default). jsonl: each line is an object with a member \"text\".",
    };

    public InputOptions(Command command)
    {
        _format.AcceptOnlyFromAmong("lines", "jsonl");
        command.Add(_input);
        command.Add(_format);
    }

    /// <param name="textOnly">As <see cref="InputReader"/> has it.</param>
    public InputReader Open(ParseResult arguments, bool textOnly) =>
        InputReader.Open(arguments.GetValue(_input)!, arguments.GetValue(_format), textOnly);
}
