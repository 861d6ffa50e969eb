namespace Quiver.Server.Configuration;

/// <summary>One setting of the server: its names, what it means, and where it goes. The table of all is <see cref="Settings.All"/>.</summary>
/// <param name="path">Its place in quiver.yaml, and its name everywhere else: "server.port".</param>
/// <param name="flag">Its option on the command line, which names its variable too: "--port".</param>
internal abstract class Setting(string path, string flag)
{
    /// <summary>What every variable of Quiver's own begins with.</summary>
    public const string VariablePrefix = "QUIVER_";

    public string Path => path;

    public string Flag => flag;

    /// <summary>"QUIVER_API_KEY" for "--api-key", unless another name is usual.</summary>
    public string Variable { get; init; } = VariableOf(flag);

    /// <summary>A variable that all programs of a kind read, and so counts under no profile too; a service's own and <see cref="Variable"/> go over it.</summary>
    public string? CommonVariable { get; init; }

    /// <summary>A second, short flag.</summary>
    public string? ShortFlag { get; init; }

    /// <summary>One or two sentences for help and documentation.</summary>
    public required string Description { get; init; }

    /// <summary>What documentation says where the default is no fixed value.</summary>
    public string? DefaultDescription { get; init; }

    /// <summary>Whether one flag may hold several values between commas. Not where a value may hold a comma itself, as a folder may.</summary>
    public bool SplitsFlag { get; init; }

    /// <summary>Never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What other services call it; see <see cref="Profile"/>.</summary>
    public IReadOnlyList<ServiceVariable> ServiceVariables { get; init; } = [];

    public abstract SettingShape Shape { get; }

    public abstract string Placeholder { get; }

    /// <summary>Completes the sentence "--port takes …".</summary>
    public abstract string Expected { get; }

    /// <summary>Whether <see cref="Apply"/> takes these texts.</summary>
    public abstract bool Accepts(IReadOnlyList<string> texts);

    /// <exception cref="FormatException">The texts are none of this setting.</exception>
    public abstract ServeOptions Apply(ServeOptions options, IReadOnlyList<string> texts);

    /// <summary>The value that the options hold, as texts that would set it; none for "not set".</summary>
    public abstract IReadOnlyList<string> ValueIn(ServeOptions options);

    public static string VariableOf(string flag) => VariablePrefix + flag.TrimStart('-').Replace('-', '_').ToUpperInvariant();
}

/// <inheritdoc cref="Setting"/>
internal sealed class Setting<T>(string path, string flag, SettingType<T> type) : Setting(path, flag)
{
    public required Func<ServeOptions, T> Get { get; init; }

    public required Func<ServeOptions, T, ServeOptions> Set { get; init; }

    public override SettingShape Shape => type.Shape;

    public override string Placeholder => type.Placeholder;

    public override string Expected => type.Expected;

    public override bool Accepts(IReadOnlyList<string> texts) => type.TryParse(texts, out _);

    public override ServeOptions Apply(ServeOptions options, IReadOnlyList<string> texts) =>
        type.TryParse(texts, out var value) ? Set(options, value) : throw new FormatException($"{Path} takes {Expected}.");

    public override IReadOnlyList<string> ValueIn(ServeOptions options) => type.Format(Get(options));
}

/// <summary>A variable of another service that means a setting of ours.</summary>
/// <param name="Profile">The name of the <see cref="Configuration.Profile"/> it belongs to.</param>
internal sealed record ServiceVariable(string Profile, string Variable)
{
    /// <summary>Our text for theirs, or null where theirs says nothing here.</summary>
    public Func<string, string?> Translate { get; init; } = text => text;
}
