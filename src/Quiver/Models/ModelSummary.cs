namespace Quiver.Models;

/// <summary>One line of the catalogue.</summary>
/// <param name="Architecture">config.json's model_type.</param>
/// <param name="Width">Elements of a vector.</param>
/// <param name="MaxTokens">The most tokens of one input.</param>
/// <param name="SizeOnDisk">Bytes of all files of the folder, links counted as what they point to.</param>
/// <param name="License">What the README's front matter says ("apache-2.0"), or null.</param>
/// <param name="Problem">Why the folder cannot be opened, naming the file; null where it can. Then the numbers before are 0.</param>
public sealed record ModelSummary(
    string Name,
    string Folder,
    string Architecture,
    int Width,
    int Layers,
    int MaxTokens,
    long SizeOnDisk,
    string? License,
    string? Problem)
{
    private const int MaxFrontMatterLines = 500;
    private const string LicenseKey = "license:";

    internal static ModelSummary Read(string name, string folder)
    {
        var license = LicenseOf(Path.Combine(folder, "README.md"));
        long size = 0;
        try
        {
            size = SizeOf(folder);
            var model = ModelFolder.Open(folder);
            var config = model.Config;
            return new(name, folder, config.ModelType, model.Width, config.Layers, model.MaxTokens, size, license, Problem: null);
        }
        catch (Exception error) when (error is ModelFormatException or IOException or UnauthorizedAccessException)
        {
            return new(name, folder, "", 0, 0, 0, size, license, error.Message);
        }
    }

    private static long SizeOf(string folder)
    {
        var everything = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4, IgnoreInaccessible = true };
        return new DirectoryInfo(folder).EnumerateFiles("*", everything)
            .Sum(LengthOf);
    }

    /// <summary>0 for a link that leads nowhere or in a circle.</summary>
    private static long LengthOf(FileInfo file)
    {
        try
        {
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return target.Exists ? target.Length : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Model cards start with YAML between two lines of "---"; the one scalar asked for needs no YAML parser.</summary>
    private static string? LicenseOf(string readme)
    {
        try
        {
            if (!File.Exists(readme) || File.ReadLines(readme).FirstOrDefault() != "---")
                return null;
            var line = File.ReadLines(readme).Skip(1).Take(MaxFrontMatterLines).TakeWhile(line => line != "---")
                .FirstOrDefault(line => line.StartsWith(LicenseKey, StringComparison.Ordinal));
            var value = line?[LicenseKey.Length..].Trim().Trim('"', '\'');
            return value is { Length: > 0 and <= 100 } ? value : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
