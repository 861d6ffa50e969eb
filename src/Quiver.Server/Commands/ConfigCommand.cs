using System.CommandLine;
using System.Text.Json;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands;

/// <summary><c>quiver config</c>: what is set, by whom, and what could be.</summary>
internal static class ConfigCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON." };

    private static readonly Option<bool> Markdown = new("--markdown") { Description = "Print docs/configuration.md instead.", Hidden = true };

    public static Command Create()
    {
        var show = new DocumentedCommand("show", "Print every setting that 'quiver serve' would have here, and where its value comes from. Secrets are not shown.")
        {
            Examples = """
                quiver config show
                quiver config show --config /etc/quiver/quiver.yaml --json
                """,
        };
        show.Add(Json);
        var configuration = new ConfigurationOptions(show);
        show.SetAction(arguments => Show(configuration.Load(arguments), arguments.GetValue(Json)));

        var reference = new DocumentedCommand("reference", "Print a quiver.yaml with every setting, its meaning and its default, all commented out.")
        {
            Examples = "quiver config reference",
        };
        reference.Add(Markdown);
        reference.SetAction(arguments => Console.Out.Write(arguments.GetValue(Markdown) ? ConfigurationReference.Markdown() : ConfigurationReference.Yaml()));

        return new DocumentedCommand("config", "Show the configuration, or everything that can be configured.") { show, reference };
    }

    private static int Show(LoadedConfiguration configuration, bool json)
    {
        if (json)
            WriteJson(configuration.Settings);
        else
            WriteTable(configuration.Settings);

        foreach (var notice in configuration.Notices)
            Console.Error.WriteLine($"quiver: {notice}");
        foreach (var problem in configuration.Problems)
            Console.Error.WriteLine($"quiver: {problem}");
        return configuration.Problems is [] ? ExitCode.Success : ExitCode.Usage;
    }

    private static void WriteTable(IReadOnlyList<EffectiveSetting> settings)
    {
        var table = new TextTable("setting", "value", "source");
        foreach (var setting in settings)
            table.Add(setting.Setting.Path, setting.Shown, setting.Source);
        table.WriteTo(Console.Out);
    }

    private static void WriteJson(IReadOnlyList<EffectiveSetting> settings)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach (var setting in settings)
            {
                json.WriteStartObject(setting.Setting.Path);
                json.WriteString("value"u8, setting.Texts is [] ? null : setting.Shown);
                json.WriteString("source"u8, setting.Source);
                json.WriteString("flag"u8, setting.Setting.Flag);
                json.WriteString("variable"u8, setting.Setting.Variable);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }
}
