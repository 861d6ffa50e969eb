using Dapper;
using Quiver.Storage;
using Quiver.Storage.Migrations;

namespace Quiver.Tests.Support;

/// <summary>A fresh database of a test's own: a file of SQLite, or a schema of the run's PostgreSQL.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string? _folder;
    private readonly string? _schema;
    private readonly List<Database> _opened = [];

    private TestDatabase(string url, string? folder, string? schema) => (Url, _folder, _schema) = (url, folder, schema);

    /// <summary>As <c>--database</c> takes it.</summary>
    public string Url { get; }

    public Database Database => _opened[0];

    /// <summary>Where it is on PostgreSQL; null on SQLite.</summary>
    public string? Schema => _schema;

    /// <summary>With the tables of <paramref name="set"/> in it, by default those of the truth.</summary>
    public static async Task<TestDatabase> CreateAsync(SqlEngine engine, MigrationSet? set = null)
    {
        var database = await CreateEmptyAsync(engine);
        await new Migrator(database.Database, set ?? MigrationSet.Truth, TimeProvider.System).UpAsync(to: null, TestContext.Current.CancellationToken);
        return database;
    }

    /// <summary>Without a table, or even the file or the schema.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync(SqlEngine engine)
    {
        TestDatabase database;
        if (engine == SqlEngine.Sqlite)
        {
            var folder = Directory.CreateTempSubdirectory("quiver-test-").FullName;
            database = new TestDatabase($"sqlite://{Path.Combine(folder, "quiver.db")}", folder, schema: null);
        }
        else
        {
            var schema = $"test_{Guid.NewGuid():N}";
            database = new TestDatabase((await TestPostgreSql.SharedAsync()).Url(schema), folder: null, schema);
        }

        database.OpenAnother();
        return database;
    }

    /// <summary>The same database as another replica has it: with connections of its own. Disposed with this.</summary>
    public Database OpenAnother(Durability durability = Durability.Full)
    {
        var database = Database.At(DatabaseAddress.Parse(Url), durability);
        _opened.Add(database);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        if (_schema is not null)
            await Database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE", transaction: transaction), CancellationToken.None);
        foreach (var database in _opened)
            await database.DisposeAsync();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }
}
