namespace Quiver.Server.Configuration;

/// <summary>How the texts of a setting become its value, and back: the same rules for flags, variables and files.</summary>
/// <param name="shape">How many texts there are.</param>
/// <param name="placeholder">What stands for the value in help: "NUMBER".</param>
/// <param name="expected">Completes the sentence "--port takes …".</param>
internal abstract class SettingType<T>(SettingShape shape, string placeholder, string expected)
{
    public SettingShape Shape => shape;

    public string Placeholder => placeholder;

    public string Expected => expected;

    /// <param name="texts">One, unless the shape says otherwise; none of them empty.</param>
    public abstract bool TryParse(IReadOnlyList<string> texts, out T value);

    /// <summary>Texts that parse to the value; none for a value that stands for "not set".</summary>
    public abstract IReadOnlyList<string> Format(T value);
}

/// <summary>How many texts a setting has, and how quiver.yaml writes them.</summary>
internal enum SettingShape
{
    Scalar,

    /// <summary>A flag that may stand alone.</summary>
    Switch,

    /// <summary>A flag that repeats, a variable with commas, a YAML sequence.</summary>
    List,

    /// <summary>As a list of NAME=VALUE; in YAML a mapping.</summary>
    Pairs,
}
