using System.Reflection;
using System.Text.RegularExpressions;

namespace Quiver.Storage.Migrations;

/// <summary>All migrations of one group of tables, oldest first. Each group is numbered on its own.</summary>
internal sealed partial class MigrationSet
{
    /// <exception cref="ArgumentException">Numbers do not count up from 1.</exception>
    public MigrationSet(string name, IReadOnlyList<Migration> migrations)
    {
        for (var i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Number != i + 1)
                throw new ArgumentException($"Migration {i + 1} of {name} is missing, or there are two.", nameof(migrations));
        }

        (Name, All) = (name, migrations);
    }

    /// <summary>What may not be lost: accounts, keys, providers, usage.</summary>
    public static MigrationSet Truth { get; } = Embedded("truth");

    /// <summary>What can be computed again. On SQLite in a file of its own.</summary>
    public static MigrationSet Cache { get; } = Embedded("cache");

    public string Name { get; }

    public IReadOnlyList<Migration> All { get; }

    public int Newest => All.Count;

    private static MigrationSet Embedded(string name)
    {
        var assembly = typeof(MigrationSet).Assembly;
        var migrations = from resource in assembly.GetManifestResourceNames()
                         let match = ResourceName().Match(resource)
                         where match.Success && match.Groups["set"].Value == name
                         let path = resource[..^".up.sql".Length]
                         select new Migration(
                             int.Parse(match.Groups["number"].ValueSpan, provider: null),
                             match.Groups["name"].Value.Replace('_', ' '),
                             Read(assembly, path + ".up.sql"),
                             Read(assembly, path + ".down.sql"));
        return new MigrationSet(name, [.. migrations.OrderBy(migration => migration.Number)]);
    }

    /// <summary>With line ends as in the repository, whatever the checkout made of them: the checksum is of the text.</summary>
    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(
            assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"The program holds no {resource}."));
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"^Quiver\.Storage\.Migrations\.(?<set>[a-z]+)\.(?<number>[0-9]{4})_(?<name>[a-z0-9_]+)\.up\.sql$")]
    private static partial Regex ResourceName();
}
