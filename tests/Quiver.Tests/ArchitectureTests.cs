using System.Reflection;
using System.Text.RegularExpressions;
using Quiver.Tests.Support;

namespace Quiver.Tests;

/// <summary>
/// The rules between the engine's folders (ARCHITECTURE.md). A test that fails here says that a folder has begun to know something
/// it did not: move the code, or write the new edge into the table on purpose.
/// </summary>
public sealed partial class ArchitectureTests
{
    private static readonly Assembly Engine = typeof(Quiver.Models.ModelFolder).Assembly;

    /// <summary>What each folder may mention beside itself. A new folder needs its own line.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Diagnostics"] = [],
        ["Models"] = ["Diagnostics"],
        ["Tokenization"] = ["Models"],
        ["Encoding"] = ["Models"],
        ["Storage"] = ["Diagnostics"],
        ["Caching"] = ["Diagnostics", "Storage"],
        ["Limits"] = ["Diagnostics", "Storage"],
        ["Accounts"] = ["Diagnostics", "Limits", "Storage"],
        ["Embedding"] = ["Diagnostics", "Models", "Tokenization", "Encoding", "Caching", "Limits"],
        ["Providers"] = ["Diagnostics", "Embedding", "Secrets", "Storage"],
        ["Secrets"] = [],
    };

    [Fact]
    public void Folders_see_only_what_the_table_allows()
    {
        var forbidden = TypeReferences.BetweenFolders(Engine, "Quiver")
            .Where(edge => !Allowed.TryGetValue(edge.From, out var allowed) || !allowed.Contains(edge.To))
            .Select(edge => $"{edge.From} sees {edge.To}");

        Assert.Empty(forbidden);
    }

    [Fact]
    public void Every_folder_of_the_engine_is_in_the_table()
    {
        var folders = Engine.GetTypes().Select(type => TypeReferences.FolderOf(type, "Quiver")).OfType<string>().Distinct();
        Assert.Empty(folders.Except(Allowed.Keys));
    }

    [Fact]
    public void The_engine_never_sees_asp_net()
    {
        Assert.DoesNotContain(
            Engine.GetReferencedAssemblies(),
            name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

        var project = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "src", "Quiver", "Quiver.csproj"));
        Assert.Contains("Sdk=\"Microsoft.NET.Sdk\"", project, StringComparison.Ordinal);
        Assert.DoesNotContain("AspNetCore", project, StringComparison.Ordinal);
        Assert.DoesNotContain("<ProjectReference", project, StringComparison.Ordinal);
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        var wrong = new List<string>();
        foreach (var project in new[] { "src/Quiver", "src/Quiver.Server", "tests/Quiver.Tests", "tests/Quiver.Server.Tests" })
        {
            var root = Path.GetFileName(project);
            var folder = Path.Combine(TestData.RepositoryRoot, project);
            foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            {
                var below = Path.GetDirectoryName(Path.GetRelativePath(folder, file))!;
                var expected = below.Length == 0 ? root : $"{root}.{below.Replace(Path.DirectorySeparatorChar, '.')}";
                var declared = Namespace().Match(File.ReadAllText(file));
                if (declared.Success && declared.Groups[1].Value != expected)
                    wrong.Add($"{file}: {declared.Groups[1].Value}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_folder_is_named_for_a_kind_of_code()
    {
        string[] banned = ["Common", "Utils", "Utilities", "Helpers", "Services", "Interfaces", "Enums", "Exceptions", "Core", "Misc"];
        var folders = new[] { "src", "tests", "bench" }
            .Select(top => Path.Combine(TestData.RepositoryRoot, top))
            .SelectMany(top => Directory.EnumerateDirectories(top, "*", SearchOption.AllDirectories))
            .Where(folder => !folder.Contains("node_modules", StringComparison.Ordinal));

        Assert.DoesNotContain(folders, folder => banned.Contains(Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void At_least_three_quarters_of_the_classes_are_sealed_or_static()
    {
        var classes = TypeReferences.OwnClasses(Engine);
        var open = classes.Where(type => !type.IsSealed).Select(type => type.FullName).ToList();

        Assert.True(4 * open.Count <= classes.Count, $"{open.Count} of {classes.Count} are open: {string.Join(", ", open)}");
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
