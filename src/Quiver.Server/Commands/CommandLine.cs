using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Quiver.Diagnostics;
using Quiver.Models;
using Quiver.Server.Hosting;
using Quiver.Storage.Migrations;

namespace Quiver.Server.Commands;

/// <summary>Parses, runs, and turns every failure into one line on stderr and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Set to anything, it makes errors print their stack trace.</summary>
    public const string DebugVariable = "QUIVER_DEBUG";

    /// <summary>Values are taken as they stand: "@file" is no order to read a file, whose lines errors would then quote.</summary>
    public static readonly ParserConfiguration Literal = new() { ResponseFileTokenReplacer = null };

    /// <summary>After Ctrl+C, how long a command may take to stop and remove its temporary files before the process is ended.</summary>
    private static readonly TimeSpan TimeToCleanUp = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(Command root, IReadOnlyList<string> arguments)
    {
        var parsed = Parse(root, arguments is [] ? ["--help"] : arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
            return ReportUsage(parsed);

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeToCleanUp,
            });
        }
        catch (Exception exception)
        {
            return Report(exception);
        }
    }

    /// <param name="root">A plain Command, not a RootCommand: that one would call itself by the assembly's name.</param>
    public static ParseResult Parse(Command root, IReadOnlyList<string> arguments)
    {
        root.Add(new HelpOption { Action = new HelpWithExamples() });
        root.Add(new VersionOption());
        return CommandLineParser.Parse(root, arguments, Literal);
    }

    private static int ReportUsage(ParseResult parsed)
    {
        foreach (var error in parsed.Errors)
            Console.Error.WriteLine($"quiver: {error.Message}");
        Console.Error.WriteLine($"Try '{PathOf(parsed.CommandResult)} --help'.");
        return ExitCode.Usage;
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : result.Command.Name;

    private static int Report(Exception exception)
    {
        switch (exception)
        {
            case OperationCanceledException:
                return ExitCode.Cancelled;
            case IOException when StandardStreams.IsBrokenPipe(exception):
                return ExitCode.BrokenPipe;
        }

        // The second line below is for faults of Quiver's own: everything listed here already says what to do.
        var expected = exception is UsageException or InputException or QuiverException or ModelFormatException or IOException or CertificateException or MigrationException
            or UnauthorizedAccessException;
        Console.Error.WriteLine($"quiver: {(expected ? "" : "internal error: ")}{exception.Message}");
        if (Environment.GetEnvironmentVariable(DebugVariable) is { Length: > 0 })
            Console.Error.WriteLine(exception);
        else if (!expected)
            Console.Error.WriteLine($"{DebugVariable}=1 prints the details.");

        return exception is UsageException ? ExitCode.Usage : ExitCode.Environment;
    }

    /// <summary>The library's help, followed by the command's examples.</summary>
    private sealed class HelpWithExamples : SynchronousCommandLineAction
    {
        private readonly HelpAction _help = new();

        public override int Invoke(ParseResult parseResult)
        {
            _help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is DocumentedCommand { Examples.Length: > 0 } command)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var line in command.Examples.Split('\n'))
                    output.WriteLine($"  {line}".TrimEnd());
            }

            return ExitCode.Success;
        }
    }
}
