using System.CommandLine;
using Quiver.Providers;
using Quiver.Secrets;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Commands;

/// <summary><c>quiver secrets</c>: the keys that callers' provider keys are encrypted with.</summary>
internal static class SecretsCommand
{
    public static Command Create()
    {
        var make = new DocumentedCommand("new", "Print a new encryption key, for secrets.encryption_key.") { Examples = "quiver secrets new" };
        make.SetAction(_ => Console.Out.WriteLine(FernetKey.Generate().Export()));

        var rotate = new DocumentedCommand(
            "rotate", "Encrypt every stored provider key anew with the first encryption key. Servers may run meanwhile; a run that was stopped is taken up by the next.")
        {
            Examples = """
                QUIVER_ENCRYPTION_KEY=NEW QUIVER_PREVIOUS_ENCRYPTION_KEY=OLD quiver secrets rotate
                """,
        };
        var configuration = new ConfigurationOptions(rotate);
        rotate.SetAction((arguments, cancellationToken) => RotateAsync(configuration.Load(arguments), cancellationToken));
        return new DocumentedCommand("secrets", "Make and change the keys that secrets are encrypted with.") { make, rotate };
    }

    private static async Task<int> RotateAsync(LoadedConfiguration configuration, CancellationToken cancellationToken)
    {
        var options = DatabaseCommands.OptionsOf(configuration);
        await using var database = await DatabaseStart.OpenAsync(options, TimeProvider.System, cancellationToken);
        if (await ProviderParts.RingAsync(options, database, cancellationToken) is not { } keys)
            throw new UsageException("There is no encryption key: set QUIVER_ENCRYPTION_KEY to the new one, and QUIVER_PREVIOUS_ENCRYPTION_KEY to the one before it.");
        var report = await new SecretRotation(database, keys, TimeProvider.System).RunAsync(cancellationToken);

        Console.Out.WriteLine($"{report.Rotated} secrets encrypted anew with key {keys.First.Fingerprint}.");
        foreach (var id in report.Unopened)
            await Console.Error.WriteLineAsync($"quiver: {id} opens with none of the keys, and was left as it is.");
        return report.Unopened is [] ? ExitCode.Success : ExitCode.Environment;
    }
}
