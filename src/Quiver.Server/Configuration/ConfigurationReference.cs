using System.Text;

namespace Quiver.Server.Configuration;

/// <summary>Everything that can be configured, in the two forms that docs/ holds.</summary>
internal static class ConfigurationReference
{
    private static readonly ServeOptions Defaults = new();

    private const string Introduction = """
        # Configuration

        Quiver starts without any. A setting may stand in three places, the later over the earlier:

        1. `quiver.yaml` in the current folder, or the file that `--config` or `QUIVER_CONFIG` names. [quiver.yaml](quiver.yaml) is one with
           everything in it, commented out; `quiver config reference` prints it.
        2. Variables: `QUIVER_` and the flag's name, `QUIVER_API_KEY` for `--api-key`.
        3. Flags of `quiver serve`.

        ```yaml
        server:
          host: 0.0.0.0
          timeouts:
            request: 60
        auth:
          api_key_file: /run/secrets/quiver-key
        models:
          aliases:
            text-embedding-3-small: all-MiniLM-L6-v2
        ```

        `quiver config show` prints what is in force and where it comes from; secrets are shown as `***`. What cannot be understood is an
        error that names the file and line, never a guess: an unknown setting or `QUIVER_` variable, a setting given twice, a value out of
        range. An empty value counts as not set. A switch is `true`, `1`, `yes` or `on`, or the opposite; the flag alone means `true`. Where
        there are several values, a flag is repeated and a variable has commas.

        `--env-file FILE` (`QUIVER_ENV_FILE`) reads variables from a file of NAME=VALUE lines; those of the process go over it. Quotes, comments
        and `export` are understood, references like `${HOME}` are not expanded.

        Quiver can take the place of another server with that server's own variables. They count under `--compat`, and in an `--env-file` where `--compat` is not given;
        the tables at the end say what each one means, and what became of the service's metrics and endpoints. They go over variables that all
        programs read, such as `OTEL_EXPORTER_OTLP_ENDPOINT`, and `QUIVER_` variables over both.


        """;

    /// <summary>docs/quiver.yaml: a file of settings with every default, commented out.</summary>
    public static string Yaml()
    {
        var yaml = new StringBuilder("""
            # Every setting of Quiver with its default. Copy what you change into a quiver.yaml beside your installation:
            # `quiver serve` reads the one in the current folder, or the one that --config or QUIVER_CONFIG names.
            # Printed by `quiver config reference`.

            """.ReplaceLineEndings("\n"));
        var above = new List<string>();
        foreach (var setting in Settings.All)
        {
            var sections = Settings.SectionsAbove(setting.Path).ToList();
            foreach (var section in sections.Except(above))
                yaml.Append('\n').Append(Indent(section)).Append(LastPart(section)).Append(":\n");
            if (sections.Count == 0)
                yaml.Append('\n');
            above = sections;
            WriteYaml(yaml, setting);
        }

        return yaml.ToString();
    }

    /// <summary>The tables of docs/configuration.md.</summary>
    public static string Markdown()
    {
        var markdown = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        foreach (var section in Settings.All.GroupBy(setting => setting.Path.Split('.')[0]))
        {
            markdown.Append("## ").Append(section.Key).Append("\n\n| setting | flag, variable | takes | default | meaning |\n|---|---|---|---|---|\n");
            foreach (var setting in section)
            {
                markdown.AppendJoin(" | ", $"| `{setting.Path}`", $"`{setting.Flag}` `{setting.Variable}`{(setting.CommonVariable is { } common ? $" `{common}`" : "")}", setting.Expected, DefaultOf(setting), Escape(setting.Description));
                markdown.Append(" |\n");
            }

            markdown.Append('\n');
        }

        foreach (var profile in Profile.All)
            WriteMarkdown(markdown, profile);
        return markdown.ToString().TrimEnd('\n') + "\n";
    }

    private static void WriteYaml(StringBuilder yaml, Setting setting)
    {
        var indent = Indent(setting.Path);
        yaml.Append(indent).Append("# ").Append(setting.Description).Append('\n');
        yaml.Append(indent).Append("# ").Append(setting.Placeholder).Append("; ").Append(setting.Flag).Append(", ").Append(setting.Variable).Append('\n');
        var texts = setting.ValueIn(Defaults);
        var value = setting.Shape switch
        {
            SettingShape.List => $" [{string.Join(", ", texts)}]",
            SettingShape.Pairs => $" {{{string.Join(", ", texts.Select(text => text.Replace("=", ": ", StringComparison.Ordinal)))}}}",
            _ when setting.DefaultDescription is { } description => $" # {description}",
            _ => texts is [var text] ? $" {text}" : "",
        };
        yaml.Append(indent).Append('#').Append(LastPart(setting.Path)).Append(':').Append(value).Append('\n');
    }

    private static void WriteMarkdown(StringBuilder markdown, Profile profile)
    {
        markdown.Append("## ").Append(profile.Title).Append("\n\nUnder `--compat ").Append(profile.Name).Append("`.\n\n| name | what became of it | |\n|---|---|---|\n");
        var meant = from setting in Settings.All
                    from name in setting.ServiceVariables
                    where name.Profile == profile.Name
                    select (Name: name.Variable, State: PromiseState.Honoured, Note: $"`{setting.Path}`");
        var unused = profile.Unused.Select(name => (Name: name.Key, State: PromiseState.Accepted, Note: name.Value));
        var refused = profile.Refused.Select(name => (Name: name.Key, State: PromiseState.Refused, Note: name.Value));
        var variables = meant.Concat(unused).Concat(refused).OrderBy(name => name.Name, StringComparer.Ordinal);
        var others = ServicePromises.Of(profile.Name).Select(promise => (promise.Name, promise.State, promise.Note));
        foreach (var (name, state, note) in variables.Concat(others))
            markdown.Append("| `").Append(name).Append("` | ").Append(ServicePromise.Word(state)).Append(" | ").Append(Escape(note)).Append(" |\n");
        markdown.Append('\n');
    }

    private static string DefaultOf(Setting setting) =>
        setting.DefaultDescription ?? (setting.ValueIn(Defaults) is { Count: > 0 } texts ? $"`{string.Join(", ", texts)}`" : "–");

    private static string Indent(string path) => new(' ', 2 * path.Count(c => c == '.'));

    private static string LastPart(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
