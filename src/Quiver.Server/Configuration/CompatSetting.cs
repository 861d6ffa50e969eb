using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>Whose installation Quiver takes over.</summary>
internal static class CompatSetting
{
    public static Setting Compat { get; } = new Setting<IReadOnlyList<string>>(
        "compat",
        "--compat",
        List(Text(
            string.Join('|', Profile.All.Select(profile => profile.Name)),
            $"names of services: {string.Join(", ", Profile.All.Select(profile => profile.Name))}",
            text => Profile.All.Any(profile => profile.Name == text))))
    {
        Description = "Services to stand in for: their variables count under their own names, and shared paths and metrics are answered as theirs. Several are separated by commas.",
        SplitsFlag = true,
        Get = options => [.. options.Compat.Order(StringComparer.Ordinal)],
        Set = (options, services) => options with { Compat = services.ToHashSet() },
    };
}
