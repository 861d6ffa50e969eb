using System.CommandLine;
using System.Text.Json;
using Quiver.Server.Commands.Checks;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands;

/// <summary><c>quiver doctor</c>: whether <c>quiver serve</c> would work here, and what to do where it would not.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new DocumentedCommand(
            "doctor", "Check the configuration, the model, the machine and the ports, as 'quiver serve' with the same options would meet them. Exit code 2 says that it would not work.")
        {
            Examples = """
                quiver doctor
                quiver doctor --config /etc/quiver/quiver.yaml --json
                """,
        };
        command.Add(Json);
        var configuration = new ConfigurationOptions(command);
        command.SetAction(async (arguments, _) =>
        {
            var findings = await LookAsync(() => configuration.Load(arguments), TimeProvider.System);
            if (arguments.GetValue(Json))
                WriteJson(findings);
            else
                WriteText(findings);
            return findings.Any(finding => finding.Verdict == Verdict.Fail) ? ExitCode.Environment : ExitCode.Success;
        });
        return command;
    }

    private static async Task<IReadOnlyList<Finding>> LookAsync(Func<LoadedConfiguration> load, TimeProvider time)
    {
        LoadedConfiguration configuration;
        try
        {
            configuration = load();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [Finding.Fail("configuration", exception.Message.TrimEnd('.'), "Name a file that is there and that this user may read, or none.")];
        }

        var options = configuration.Options;
        return
        [
            .. ConfigurationChecks.Look(configuration),
            .. ModelChecks.Look(options, time),
            .. MachineChecks.Look(options, time),
            await DatabaseChecks.LookAsync(options, time),
            .. NetworkChecks.Look(options, time),
        ];
    }

    private static void WriteText(IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            Console.Out.WriteLine($"{Word(finding.Verdict),-4}  {finding.Check,-13}  {finding.Message}");
            if (finding.Fix is { } fix)
                Console.Out.WriteLine($"{"",-4}  {"",-13}  -> {fix}");
        }
    }

    private static void WriteJson(IReadOnlyList<Finding> findings)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var finding in findings)
            {
                json.WriteStartObject();
                json.WriteString("check"u8, finding.Check);
                json.WriteString("verdict"u8, Word(finding.Verdict));
                json.WriteString("message"u8, finding.Message);
                json.WriteString("fix"u8, finding.Fix);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        output.Write("\n"u8);
    }

    private static string Word(Verdict verdict) => verdict switch { Verdict.Ok => "ok", Verdict.Warn => "warn", _ => "fail" };
}
