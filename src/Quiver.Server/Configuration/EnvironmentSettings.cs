using System.Collections;
using System.Text.RegularExpressions;

namespace Quiver.Server.Configuration;

/// <summary>The settings that variables give: of the process, and of an --env-file. An empty variable counts as not set.</summary>
/// <param name="problems">Gets what is wrong, a line each.</param>
/// <param name="notices">Gets what does nothing, a line each.</param>
internal sealed partial class EnvironmentSettings(List<string> problems, List<string> notices)
{
    /// <summary>Variables of Quiver's own that are no settings.</summary>
    private static readonly string[] OtherVariables = [ConfigurationOptions.ConfigVariable, ConfigurationOptions.EnvFileVariable, Commands.CommandLine.DebugVariable];

    private static readonly Dictionary<string, Setting> ByVariable = Settings.All.ToDictionary(setting => setting.Variable, StringComparer.Ordinal);

    private static readonly Dictionary<string, Setting> ByCommonVariable =
        Settings.All.Where(setting => setting.CommonVariable is not null).ToDictionary(setting => setting.CommonVariable!, StringComparer.Ordinal);

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyList<EnvironmentFile.Variable> OfProcess() =>
    [
        .. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => new EnvironmentFile.Variable((string)entry.Key, (string)entry.Value!, (string)entry.Key, HasReference: false))
            .OrderBy(variable => variable.Name, StringComparer.Ordinal),
    ];

    /// <summary>What those among them say that all programs read.</summary>
    public IReadOnlyList<Assignment> Common(IReadOnlyList<EnvironmentFile.Variable> variables)
    {
        var assignments = new List<Assignment>();
        foreach (var variable in variables)
        {
            if (ByCommonVariable.TryGetValue(variable.Name, out var setting))
                Add(assignments, setting, variable, variable.Value);
        }

        return assignments;
    }

    /// <summary>What the QUIVER_ variables among them say.</summary>
    public IReadOnlyList<Assignment> Own(IReadOnlyList<EnvironmentFile.Variable> variables)
    {
        var assignments = new List<Assignment>();
        foreach (var variable in variables.Where(IsOwn))
        {
            if (ByVariable.TryGetValue(variable.Name, out var setting))
                Add(assignments, setting, variable, variable.Value);
            else if (!OtherVariables.Contains(variable.Name))
                RefuseUnknown(variable);
        }

        return assignments;
    }

    /// <summary>What the variables of other services among them say, by the profiles given.</summary>
    public IReadOnlyList<Assignment> OfServices(IReadOnlyList<EnvironmentFile.Variable> variables, IReadOnlyList<Profile> profiles)
    {
        var assignments = new List<Assignment>();
        var named = from variable in variables
                    where !IsOwn(variable) && variable.Value.Length > 0
                    from profile in profiles
                    select (variable with { Source = $"{variable.Source} ({profile.Name})" }, profile);
        foreach (var (variable, profile) in named)
        {
            foreach (var (setting, name) in profile.Meanings(variable.Name))
            {
                if (name.Translate(variable.Value) is { } text)
                    Add(assignments, setting, variable, text);
                else
                    notices.Add($"{variable.Source} has a value that means nothing here.");
            }

            if (profile.Unused.TryGetValue(variable.Name, out var reason))
                notices.Add($"{variable.Source} is not used: {reason}.");
            if (profile.Refused.TryGetValue(variable.Name, out var way))
                problems.Add($"{variable.Source}: not taken from here: {way}.");
        }

        return assignments;
    }

    /// <summary>Tells of the variables that nobody here knows: of a file that was asked for, each was meant to say something.</summary>
    public void NoticeUnknown(IReadOnlyList<EnvironmentFile.Variable> variables)
    {
        var unknown = variables.Where(variable => !IsOwn(variable) && !ByCommonVariable.ContainsKey(variable.Name) && !Profile.All.Any(profile => profile.Knows(variable.Name)));
        notices.AddRange(unknown.Select(variable => $"{variable.Source} means nothing here."));
    }

    private void Add(List<Assignment> assignments, Setting setting, EnvironmentFile.Variable variable, string text)
    {
        if (variable.HasReference)
            problems.Add($"{variable.Source}: references to other variables are not expanded. Write the value out, or put it into single quotes as it is.");
        else if (text.Length > 0)
            assignments.Add(Assignment.FromText(setting, text, variable.Source));
    }

    private void RefuseUnknown(EnvironmentFile.Variable variable)
    {
        var meant = Spelling.Nearest(variable.Name, ByVariable.Keys.Concat(OtherVariables)) is { } near ? $" Did you mean {near}?" : "";
        problems.Add($"{variable.Source}: there is no such variable.{meant}");
    }

    private static bool IsOwn(EnvironmentFile.Variable variable) =>
        variable.Name.StartsWith(Setting.VariablePrefix, StringComparison.Ordinal) && !IsServiceLink(variable);

    /// <summary>
    /// What Kubernetes puts into every container beside a service named "quiver": QUIVER_SERVICE_HOST, QUIVER_PORT=tcp://10.0.0.1:8000 …
    /// </summary>
    private static bool IsServiceLink(EnvironmentFile.Variable variable) =>
        ServiceLink().IsMatch(variable.Name) || (variable.Name == "QUIVER_PORT" && variable.Value.Contains("://", StringComparison.Ordinal));

    [GeneratedRegex("^QUIVER_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$")]
    private static partial Regex ServiceLink();
}
