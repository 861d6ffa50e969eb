using Quiver.Server.Configuration;

namespace Quiver.Server.Commands.Checks;

/// <summary>Whether the settings are understood, safe, and kept from others.</summary>
internal static class ConfigurationChecks
{
    private const string Name = "configuration";

    public static IEnumerable<Finding> Look(LoadedConfiguration configuration)
    {
        foreach (var problem in configuration.Problems)
            yield return Finding.Fail(Name, problem.TrimEnd('.'), "`quiver config reference` prints every setting with what it takes.");
        if (configuration.Problems is [] && configuration.Options.Refusal() is { } refusal)
            yield return Finding.Fail(Name, refusal.TrimEnd('.'), "Set a key, or listen on this machine only.");
        foreach (var notice in configuration.Notices)
            yield return Finding.Warn(Name, notice.TrimEnd('.'), "Remove it, or leave it: it changes nothing.");
        foreach (var file in FilesOfSecrets(configuration).Distinct().Where(IsReadableByAnyone))
            yield return Finding.Warn(Name, $"{file} holds a secret and any user of this machine can read it", $"chmod o-rwx {file}");
        if (configuration.Problems is [])
            yield return Finding.Ok(Name, $"{configuration.Settings.Count(setting => setting.Source != LoadedConfiguration.DefaultSource)} settings are not at their defaults; `quiver config show` prints all");
    }

    private static IEnumerable<string> FilesOfSecrets(LoadedConfiguration configuration)
    {
        foreach (var setting in configuration.Settings)
        {
            if (setting.Setting.IsSecret && setting.Source.LastIndexOf(':') is > 0 and var colon)
                yield return setting.Source[..colon];
            if (setting.Setting.Path is "auth.api_key_file" or "server.tls.key")
            {
                foreach (var file in setting.Texts)
                    yield return file;
            }
        }
    }

    private static bool IsReadableByAnyone(string file) =>
        !OperatingSystem.IsWindows() && File.Exists(file) && File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead);
}
