using System.CommandLine;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Commands;

/// <summary><c>quiver serve</c>: the HTTP server.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "serve",
            "Answer embedding requests over HTTP. Settings come from quiver.yaml, then from variables (QUIVER_API_KEY for --api-key), then from these options.")
        {
            Examples = """
                quiver serve
                # Open to other machines, with a key.
                QUIVER_API_KEY=$(openssl rand -hex 24) quiver serve --host 0.0.0.0
                # For clients that insist on one of OpenAI's names.
                quiver serve --alias text-embedding-3-small=all-MiniLM-L6-v2
                # In the place of another server, with its variables.
                quiver serve --compat fastembed --env-file .env
                """,
        };
        var configuration = new ConfigurationOptions(command);
        // Not the library's asynchronous action: that one ends the process two seconds after SIGTERM, however much is still in flight.
        command.SetAction(arguments => RunAsync(configuration.Load(arguments)).GetAwaiter().GetResult());
        return command;
    }

    private static async Task<int> RunAsync(LoadedConfiguration configuration)
    {
        if (configuration.Problems is not [])
            return Refuse(configuration.Problems, ExitCode.Usage);
        if (configuration.Options.Refusal() is { } refusal)
            return Refuse([refusal], ExitCode.Environment);
        // A variable of another server that changes nothing here would go unnoticed otherwise.
        foreach (var notice in configuration.Notices)
            Console.Error.WriteLine($"quiver: {notice}");
        return await ServerProcess.RunAsync(configuration.Options, TimeProvider.System);
    }

    private static int Refuse(IReadOnlyList<string> problems, int exitCode)
    {
        foreach (var problem in problems)
            Console.Error.WriteLine($"quiver: {problem}");
        return exitCode;
    }
}
