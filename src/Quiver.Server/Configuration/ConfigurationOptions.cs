using System.CommandLine;
using System.CommandLine.Parsing;

namespace Quiver.Server.Configuration;

/// <summary>The settings as options of a command: the same for every command that reads the configuration.</summary>
internal sealed class ConfigurationOptions
{
    public const string ConfigVariable = "QUIVER_CONFIG";
    public const string EnvFileVariable = "QUIVER_ENV_FILE";

    private readonly Option<string?> _config = new("--config")
    {
        HelpName = "FILE",
        Description = $"The file of settings, ./{ConfigurationReader.DefaultFile} if it is there. Variable: {ConfigVariable}.",
    };

    private readonly Option<string?> _envFile = new("--env-file")
    {
        HelpName = "FILE",
        Description = $"A file of variables (.env) that count beside those of the process, those of other services included. Variable: {EnvFileVariable}.",
    };

    private readonly List<(Setting Setting, Option Option)> _settings;

    /// <param name="command">Gets the options.</param>
    /// <param name="isOption">Which settings its command line may set; null for all. Files and variables set the others too.</param>
    public ConfigurationOptions(Command command, Func<Setting, bool>? isOption = null)
    {
        _settings = [.. Settings.All.Where(isOption ?? (_ => true)).Select(setting => (setting, OptionFor(setting)))];
        command.Add(_config);
        command.Add(_envFile);
        foreach (var (_, option) in _settings)
            command.Add(option);
    }

    /// <summary>The configuration that the command line, the process's variables and the files make together.</summary>
    /// <exception cref="IOException">A file that is named cannot be read.</exception>
    public LoadedConfiguration Load(ParseResult arguments) =>
        ConfigurationReader.Read(arguments.GetValue(_config), arguments.GetValue(_envFile), Flags(arguments), EnvironmentSettings.OfProcess());

    private IReadOnlyList<Assignment> Flags(ParseResult arguments) =>
    [
        .. from pair in _settings
           let result = arguments.GetResult(pair.Option)
           where result is { Implicit: false }
           select new Assignment(pair.Setting, Texts(pair.Setting, result), pair.Setting.Flag),
    ];

    private static IReadOnlyList<string> Texts(Setting setting, OptionResult result) => result.Tokens switch
    {
        [] => ["true"],
        var tokens when setting.SplitsFlag => [.. tokens.SelectMany(token => Assignment.Split(setting, token.Value))],
        var tokens => [.. tokens.Select(token => token.Value)],
    };

    private static Option OptionFor(Setting setting)
    {
        var defaults = setting.ValueIn(new ServeOptions());
        Option option = setting.Shape switch
        {
            SettingShape.Switch => new Option<bool>(setting.Flag),
            SettingShape.List or SettingShape.Pairs => new Option<string[]>(setting.Flag) { HelpName = setting.Placeholder, DefaultValueFactory = defaults is [] ? null : _ => [.. defaults] },
            _ => new Option<string>(setting.Flag) { HelpName = setting.Placeholder, DefaultValueFactory = defaults is [var only] ? _ => only : null },
        };
        option.Description = setting.Description;
        if (setting.ShortFlag is { } shortFlag)
            option.Aliases.Add(shortFlag);
        option.Validators.Add(result =>
        {
            if (new Assignment(setting, Texts(setting, result), setting.Flag).Problem is { } problem && !result.Implicit)
                result.AddError(problem);
        });
        return option;
    }
}
