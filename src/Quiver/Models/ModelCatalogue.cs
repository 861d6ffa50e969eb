using System.Diagnostics.CodeAnalysis;
using Quiver.Diagnostics;

namespace Quiver.Models;

/// <summary>
/// The local models by name. A root is a model folder itself, a folder of models ("name" or "org/name" below it), or a Hugging Face cache.
/// </summary>
/// <remarks>Immutable: the folders are looked at once, in the order of the roots; the first folder of a name counts.</remarks>
public sealed class ModelCatalogue
{
    private const int MaxModels = 10_000;

    private readonly List<string> _roots;
    private readonly SortedDictionary<string, string> _folders = new(StringComparer.Ordinal);

    private ModelCatalogue(List<string> roots)
    {
        _roots = roots;
        foreach (var (name, folder) in roots.SelectMany(Find).Take(MaxModels))
            _folders.TryAdd(name, folder);
    }

    /// <summary>The names, sorted.</summary>
    public IReadOnlyCollection<string> Names => _folders.Keys;

    /// <summary>Looks for models below the roots. A root that does not exist holds none.</summary>
    public static ModelCatalogue Open(IEnumerable<string> roots) =>
        new([.. roots.Select(root => Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)))]);

    /// <summary>Describes every model, sorted by name; one that cannot be opened says why.</summary>
    public IReadOnlyList<ModelSummary> List() => [.. _folders.Select(model => ModelSummary.Read(model.Key, model.Value))];

    /// <summary>The folder of a name in the catalogue. Nothing else resolves: this is for names that come from a request.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out string? folder) => _folders.TryGetValue(name, out folder);

    /// <summary>The folder that an operator means: a name in the catalogue, or else the path of a folder.</summary>
    /// <remarks>For the command line and the configuration only: any folder of the machine resolves.</remarks>
    /// <exception cref="QuiverException"><see cref="ErrorKind.ModelNotFound"/>: neither; the message lists the names there are.</exception>
    public string Resolve(string nameOrFolder)
    {
        if (TryFind(nameOrFolder, out var folder))
            return folder;
        if (Directory.Exists(nameOrFolder))
            return Path.GetFullPath(nameOrFolder);
        var known = _folders.Count > 0
            ? $"Models here: {string.Join(", ", _folders.Keys)}."
            : $"There are no models in {string.Join(", ", _roots)}.";
        var problem = $"'{nameOrFolder}' is neither a model nor a folder. {known}";
        throw new QuiverException(ErrorKind.ModelNotFound, problem) { Parameter = "model" };
    }

    private static IEnumerable<(string Name, string Folder)> Find(string root)
    {
        if (IsModel(root))
            return [(HubCache.NameOf(root) ?? Path.GetFileName(root), root)];
        return Children(root).SelectMany(child => FindBelow(Path.GetFileName(child), child));
    }

    private static IEnumerable<(string Name, string Folder)> FindBelow(string name, string folder)
    {
        if (IsModel(folder))
            return [(name, folder)];
        if (HubCache.CurrentSnapshot(folder) is { } snapshot)
            return IsModel(snapshot) ? [(HubCache.NameOf(snapshot)!, snapshot)] : [];
        return Children(folder).Where(IsModel).Select(child => ($"{name}/{Path.GetFileName(child)}", child));
    }

    private static bool IsModel(string folder) =>
        File.Exists(Path.Combine(folder, "modules.json")) || File.Exists(Path.Combine(folder, "config.json"));

    private static IEnumerable<string> Children(string folder)
    {
        var accessible = new EnumerationOptions { IgnoreInaccessible = true };
        return Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, "*", accessible).Order(StringComparer.Ordinal) : [];
    }
}
