namespace Quiver.Server.Configuration;

/// <summary>Where the files that come with the program are: beside it when published, in the checkout when built there.</summary>
internal static class Installation
{
    public const string DefaultModel = "all-MiniLM-L6-v2";

    /// <summary>The folder of the models that come with Quiver. It may be missing from a trimmed installation.</summary>
    public static string ModelsFolder { get; } = Path.Combine(FindRoot(AppContext.BaseDirectory), "models");

    /// <summary>Our name of a model that other servers call by its place on the Hugging Face hub, if it is installed; else theirs.</summary>
    public static string ModelCalled(string name)
    {
        var last = name[(name.LastIndexOf('/') + 1)..];
        return last.Length > 0 && !Directory.Exists(name) && Directory.Exists(Path.Combine(ModelsFolder, last)) ? last : name;
    }

    private static string FindRoot(string programFolder)
    {
        if (Directory.Exists(Path.Combine(programFolder, "models"))) return programFolder;

        // Only a checkout is searched upward, and only to its root: a stray /models must not become ours.
        for (var folder = Path.TrimEndingDirectorySeparator(programFolder); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Quiver.slnx"))) return folder;
        }

        return programFolder;
    }
}
