namespace Quiver.Server.Configuration;

/// <summary>What the sources say together.</summary>
/// <param name="Options">The values; only to be served when there are no problems.</param>
/// <param name="Settings">Every setting, in the order of the table, with where its value comes from.</param>
/// <param name="Problems">What is wrong, a line each. Without values.</param>
/// <param name="Notices">What does nothing, a line each.</param>
internal sealed record LoadedConfiguration(
    ServeOptions Options, IReadOnlyList<EffectiveSetting> Settings, IReadOnlyList<string> Problems, IReadOnlyList<string> Notices)
{
    public const string DefaultSource = "default";

    /// <param name="assignments">The later goes over the earlier.</param>
    public static LoadedConfiguration Of(IReadOnlyList<Assignment> assignments, IEnumerable<string> problems, IReadOnlyList<string> notices)
    {
        var inForce = new Dictionary<Setting, Assignment>();
        foreach (var assignment in assignments.Where(assignment => assignment.Problem is null))
            inForce[assignment.Setting] = assignment;

        var options = inForce.Values.Aggregate(new ServeOptions(), (options, assignment) => assignment.Setting.Apply(options, assignment.Texts));
        var effective = Configuration.Settings.All.Select(
            setting => new EffectiveSetting(setting, setting.ValueIn(options), inForce.TryGetValue(setting, out var assignment) ? assignment.Source : DefaultSource));
        var withFiles = options.ReadKeyFile();
        return new LoadedConfiguration(
            withFiles,
            [.. effective],
            [.. problems, .. assignments.Select(assignment => assignment.Problem).OfType<string>(), .. withFiles.ImpossibleValues()],
            notices);
    }
}

/// <param name="Texts">None for "not set".</param>
internal sealed record EffectiveSetting(Setting Setting, IReadOnlyList<string> Texts, string Source)
{
    /// <summary>For people and logs: a secret is not shown.</summary>
    public string Shown => Texts is [] ? "" : Setting.IsSecret ? "***" : string.Join(", ", Texts);
}
