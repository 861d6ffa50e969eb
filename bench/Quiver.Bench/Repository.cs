namespace Quiver.Bench;

/// <summary>The checkout that the benchmarks run from: its data, its models and the folder of results.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string Folder(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    public static string DefaultModel => Folder("models", "all-MiniLM-L6-v2");

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Quiver.slnx")))
                return folder;
        }

        throw new InvalidOperationException("The benchmarks run from a checkout: no Quiver.slnx above the program.");
    }
}
