namespace Quiver.Server.Configuration;

/// <summary>
/// Puts the sources together, the later over the earlier: quiver.yaml, variables that all programs read, other services' variables, QUIVER_ variables,
/// flags.
/// </summary>
internal static class ConfigurationReader
{
    /// <summary>Looked for in the current folder.</summary>
    public const string DefaultFile = "quiver.yaml";

    /// <param name="file">The file of settings that the command line names, or null.</param>
    /// <param name="envFile">The file of variables that the command line names, or null.</param>
    /// <param name="flags">What the command line sets.</param>
    /// <param name="variables">Of the process.</param>
    /// <exception cref="IOException">A file that is named cannot be read.</exception>
    public static LoadedConfiguration Read(
        string? file, string? envFile, IReadOnlyList<Assignment> flags, IReadOnlyList<EnvironmentFile.Variable> variables)
    {
        var (problems, notices) = (new List<string>(), new List<string>());
        var environment = new EnvironmentSettings(problems, notices);
        file ??= ValueOf(variables, ConfigurationOptions.ConfigVariable) ?? (File.Exists(DefaultFile) ? DefaultFile : null);
        envFile ??= ValueOf(variables, ConfigurationOptions.EnvFileVariable);

        var fromFile = file is null ? [] : YamlSettings.Read(file, problems);
        var fileVariables = envFile is null ? [] : EnvironmentFile.Read(envFile, problems);
        // The process's variables go over the file's, as with docker and the dotenv libraries.
        IReadOnlyList<Assignment> common = [.. environment.Common(fileVariables), .. environment.Common(variables)];
        IReadOnlyList<Assignment> own = [.. environment.Own(fileVariables), .. environment.Own(variables)];

        var named = Profiles([.. fromFile, .. own, .. flags]);
        IReadOnlyList<Assignment> services =
        [
            // A .env file that was asked for counts whole: it was written for one of these services.
            .. environment.OfServices(fileVariables, named is [] ? Profile.All : named),
            .. environment.OfServices(variables, named),
        ];
        environment.NoticeUnknown(fileVariables);
        return LoadedConfiguration.Of([.. fromFile, .. common, .. services, .. own, .. flags], problems, notices);
    }

    private static IReadOnlyList<Profile> Profiles(IReadOnlyList<Assignment> assignments)
    {
        var names = assignments.LastOrDefault(assignment => assignment.Setting == CompatSetting.Compat)?.Texts ?? [];
        return [.. Profile.All.Where(profile => names.Contains(profile.Name))];
    }

    private static string? ValueOf(IReadOnlyList<EnvironmentFile.Variable> variables, string name) =>
        variables.FirstOrDefault(variable => variable.Name == name) is { Value.Length: > 0 } variable ? variable.Value : null;
}
