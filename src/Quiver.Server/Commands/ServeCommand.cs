using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Quiver.Encoding;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Commands;

/// <summary><c>quiver serve</c>: the HTTP server.</summary>
internal static class ServeCommand
{
    private static readonly ServeOptions Defaults = new();

    private static readonly Option<string> Host = new("--host")
    {
        HelpName = "ADDRESS",
        Description = "The address to listen on. Any but localhost needs an API key.",
        DefaultValueFactory = _ => Defaults.Host,
    };

    private static readonly Option<int> Port = Number("--port", "NUMBER", "The port to listen on; 0 takes a free one and prints it.", 65535, _ => Defaults.Port);

    private static readonly Option<string[]> Models = new("--model", "-m")
    {
        HelpName = "NAME|FOLDER",
        Description = "A model to serve; may be given several times.",
        DefaultValueFactory = _ => [Installation.DefaultModel],
    };

    private static readonly Option<string[]> Aliases = new("--alias")
    {
        HelpName = "NAME=MODEL",
        Description = "A further name for a served model, such as text-embedding-3-small; may be given several times.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<Precision> Precision = ModelOptions.Precision();

    private static readonly Option<string?> ApiKey = new("--api-key")
    {
        HelpName = "KEY",
        Description = "The key that callers must present. Better in the variable or a file: other users of a machine see its command lines.",
    };

    private static readonly Option<FileInfo?> ApiKeyFile = new("--api-key-file")
    {
        HelpName = "FILE",
        Description = "A file that holds the key, as secret stores mount them.",
    };

    private static readonly Option<bool> AutoTruncate = new("--auto-truncate")
    {
        Description = "Cut a text over the model's limit, and flag it, instead of refusing it. A request may say otherwise by \"truncate\".",
    };

    private static readonly Option<double> RequestTimeout = Number(
        "--request-timeout", "SECONDS", "The longest a request may take from its first byte to the last of its answer.", 86400, _ => Defaults.RequestTimeout.TotalSeconds, least: 0.001);

    private static readonly Option<double?> DrainDelay = Number<double?>(
        "--drain-delay",
        "SECONDS",
        "After SIGTERM, how long to go on accepting while /health/ready already answers 503, so that load balancers notice. " +
        "5 by default, 0 when only this machine can connect.",
        86400);

    public static Command Create()
    {
        var command = new DocumentedCommand("serve", "Answer embedding requests over HTTP, as OpenAI does. Each option may also come from the environment: QUIVER_API_KEY for --api-key.")
        {
            Examples = """
                quiver serve
                # Open to other machines, with a key.
                QUIVER_API_KEY=$(openssl rand -hex 24) quiver serve --host 0.0.0.0
                # For clients that insist on one of OpenAI's names.
                quiver serve --alias text-embedding-3-small=all-MiniLM-L6-v2
                """,
        };
        foreach (var option in new Option[] { Host, Port, Models, Aliases, Precision, ApiKey, ApiKeyFile, AutoTruncate, RequestTimeout, DrainDelay })
            command.Add(option);
        // Not the library's asynchronous action: that one ends the process two seconds after SIGTERM, however much is still in flight.
        command.SetAction(arguments => RunAsync(arguments).GetAwaiter().GetResult());
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments)
    {
        var options = Read(arguments);
        var impossible = options.ImpossibleValues().ToList();
        if (impossible.Count > 0)
            return Refuse(impossible, ExitCode.Usage);
        if (options.Refusal() is { } refusal)
            return Refuse([refusal], ExitCode.Environment);
        return await ServerProcess.RunAsync(options, TimeProvider.System);
    }

    private static int Refuse(List<string> problems, int exitCode)
    {
        problems.ForEach(problem => Console.Error.WriteLine($"quiver: {problem}"));
        return exitCode;
    }

    private static ServeOptions Read(ParseResult arguments)
    {
        var options = new ServeOptions
        {
            Host = arguments.ValueOrVariable(Host)!,
            Port = arguments.ValueOrVariable(Port),
            Models = arguments.ValueOrVariable(Models)!,
            Aliases = [.. arguments.ValueOrVariable(Aliases)!.Select(ReadAlias)],
            Precision = arguments.ValueOrVariable(Precision),
            ApiKey = ReadKey(arguments),
            AutoTruncate = arguments.ValueOrVariable(AutoTruncate),
            RequestTimeout = TimeSpan.FromSeconds(arguments.ValueOrVariable(RequestTimeout)),
        };
        return options with { DrainDelay = DrainDelayOf(options, arguments.ValueOrVariable(DrainDelay)) };
    }

    private static TimeSpan DrainDelayOf(ServeOptions options, double? asked) =>
        asked is { } seconds ? TimeSpan.FromSeconds(seconds) : options.ListensOnLoopbackOnly ? TimeSpan.Zero : options.DrainDelay;

    private static KeyValuePair<string, string> ReadAlias(string alias) =>
        alias.Split('=') is [{ Length: > 0 } name, { Length: > 0 } model] ? new(name, model) : throw new UsageException($"--alias {alias}: write NAME=MODEL.");

    private static string? ReadKey(ParseResult arguments)
    {
        var (key, file) = (arguments.ValueOrVariable(ApiKey), arguments.ValueOrVariable(ApiKeyFile));
        if (key is not null && file is not null)
            throw new UsageException("Give the API key or a file that holds it, not both.");
        return file is null ? key : File.ReadAllText(file.FullName).Trim();
    }

    private static Option<T> Number<T>(string name, string unit, string description, double most, Func<ArgumentResult, T>? otherwise = null, double least = 0)
    {
        var option = new Option<T>(name) { HelpName = unit, Description = description, DefaultValueFactory = otherwise };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(double.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a number from {least} to {most}."));
        });
        return option;
    }
}
