namespace Quiver.Server.Configuration;

/// <summary>A setting that some source gives a value.</summary>
/// <param name="Texts">As many as the setting's shape says.</param>
/// <param name="Source">Where it stands, as people find it: "--port", "QUIVER_PORT", "quiver.yaml:4".</param>
internal sealed record Assignment(Setting Setting, IReadOnlyList<string> Texts, string Source)
{
    /// <summary>What is wrong with the value and where, without the value; null when nothing is.</summary>
    public string? Problem => Setting.Accepts(Texts) ? null : $"{Name} takes {Setting.Expected}.";

    /// <summary>Whether the source names the setting already, as "--port" does and "quiver.yaml:4" does not.</summary>
    private string Name => Source.Contains(':', StringComparison.Ordinal) ? $"{Source}: {Setting.Path}" : Source;

    /// <summary>An assignment from one text, as variables have it: several values stand between commas.</summary>
    public static Assignment FromText(Setting setting, string text, string source) => new(setting, Split(setting, text), source);

    public static IReadOnlyList<string> Split(Setting setting, string text) => setting.Shape is SettingShape.List or SettingShape.Pairs
        ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : [text];
}
