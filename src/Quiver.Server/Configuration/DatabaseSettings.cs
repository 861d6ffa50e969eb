using Quiver.Storage;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>Where accounts, usage and kept vectors are.</summary>
internal static class DatabaseSettings
{
    /// <summary>In no section: other files than databases go there too.</summary>
    public static Setting DataFolder { get; } = new Setting<string>("data_dir", "--data-dir", Text("FOLDER", "the path of a folder"))
    {
        Description = "The folder of Quiver's own files: the SQLite files quiver.db and cache.db. Made when something is first written there.",
        Get = options => options.DataFolder,
        Set = (options, folder) => options with { DataFolder = folder },
    };

    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<string?>("database.url", "--database", Optional(Text("URL", "postgresql://user:password@host/name, sqlite:///path or a connection string", IsAddress)))
        {
            Variable = "QUIVER_DATABASE_URL",
            Description = "The database that holds accounts, keys and usage. Better in the variable or a file where it has a password: other users of a machine see its command lines.",
            DefaultDescription = "quiver.db in `data_dir`, once something needs a database",
            IsSecret = true,
            Get = options => options.Database,
            Set = (options, url) => options with { Database = url },
            ServiceVariables = [new("embed-cache", "DATABASE_URL") { Translate = WithoutDriver }],
        },
        new Setting<string>("database.schema", "--database-schema", Text("NAME", "a lower-case name of letters, digits and underscores", PostgreSqlAddress.IsSchemaName))
        {
            Description = "On PostgreSQL, the schema that all tables of Quiver are in, unless the URL says it. It is made if it is missing.",
            Get = options => options.DatabaseSchema,
            Set = (options, schema) => options with { DatabaseSchema = schema },
        },
        new Setting<bool>("database.migrate", "--database-migrate", Switch)
        {
            Description = "Bring the tables of the database up to date at the start. If false, a database that is not up to date is refused; `quiver migrate up` is then yours to run.",
            Get = options => options.MigratesDatabase,
            Set = (options, migrates) => options with { MigratesDatabase = migrates },
        },
    ];

    /// <summary>What is wrong with an address is told by <see cref="ServeOptions.ImpossibleValues"/>, in its own words.</summary>
    private static bool IsAddress(string text) => text.Trim().Length > 0;

    /// <summary>SQLAlchemy's "postgresql+psycopg2://" names a driver of Python's.</summary>
    private static string WithoutDriver(string url) =>
        url.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme && url.IndexOf('+', 0, scheme) is > 0 and var driver ? url.Remove(driver, scheme - driver) : url;
}
