using System.Data.Common;
using Dapper;
using Quiver.Storage;
using Quiver.Storage.Migrations;
using Quiver.Tests.Support;

namespace Quiver.Tests.Storage.Migrations;

public sealed class MigratorTests
{
    private static readonly Migration First = new(1, "first", "CREATE TABLE first (id BIGINT PRIMARY KEY);", "DROP TABLE first;");
    private static readonly Migration Second = new(2, "second", "ALTER TABLE first ADD COLUMN body {bytes}; CREATE TABLE second (id {identity});", "DROP TABLE second; ALTER TABLE first DROP COLUMN body;");
    private static readonly Migration Broken = new(3, "broken", "CREATE TABLE third (id BIGINT); INSERT INTO no_such_table VALUES (1);", "DROP TABLE third;");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EveryEngine]
    public async Task Up_applies_what_is_missing_once_and_down_undoes_it(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        Assert.Equal([First], await Migrator(test, First).UpAsync(to: null, Cancellation));
        Assert.Equal([Second], await Migrator(test, First, Second).UpAsync(to: null, Cancellation));
        Assert.Empty(await Migrator(test, First, Second).UpAsync(to: null, Cancellation));
        Assert.Equal(["first", "migrations", "second"], await TablesAsync(test));

        Assert.Equal([Second], await Migrator(test, First, Second).DownAsync(1, Cancellation));
        Assert.Equal(["first", "migrations"], await TablesAsync(test));
        Assert.Equal([Second], await Migrator(test, First, Second).UpAsync(to: null, Cancellation));
        Assert.Equal([Second, First], await Migrator(test, First, Second).DownAsync(0, Cancellation));
        Assert.Equal(["migrations"], await TablesAsync(test));
        Assert.Equal([First], await Migrator(test, First, Second).UpAsync(1, Cancellation));
    }

    [Theory, EveryEngine]
    public async Task A_step_that_fails_leaves_everything_as_it_was(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        await Migrator(test, First).UpAsync(to: null, Cancellation);
        await Assert.ThrowsAnyAsync<DbException>(() => Migrator(test, First, Second, Broken).UpAsync(to: null, Cancellation));
        Assert.Equal(["first", "migrations"], await TablesAsync(test));
        Assert.Equal([true, false, false], (await Migrator(test, First, Second, Broken).StatusAsync(Cancellation)).Select(state => state.AppliedAt is not null));
    }

    [Theory, EveryEngine]
    public async Task Replicas_that_start_together_migrate_once(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        var set = new MigrationSet("test", [First, Second]);
        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(
            () => new Migrator(test.OpenAnother(), set, TimeProvider.System).UpAsync(to: null, Cancellation), Cancellation)));
        Assert.Equal([First, Second], applied.SelectMany(steps => steps));
    }

    [Theory, EveryEngine]
    public async Task A_database_of_a_newer_program_is_refused_and_left_alone(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        await Migrator(test, First, Second).UpAsync(to: null, Cancellation);
        var older = Migrator(test, First);
        foreach (var attempt in new Func<Task>[] { () => older.UpAsync(to: null, Cancellation), () => older.DownAsync(0, Cancellation), () => older.StatusAsync(Cancellation) })
        {
            var error = await Assert.ThrowsAsync<MigrationException>(attempt);
            Assert.Contains("0002 (second) of a newer Quiver", error.Message, StringComparison.Ordinal);
            Assert.Contains("quiver migrate down --to 1", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["first", "migrations", "second"], await TablesAsync(test));
    }

    [Theory, EveryEngine]
    public async Task A_migration_that_was_changed_after_it_was_applied_is_noticed(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        await Migrator(test, First).UpAsync(to: null, Cancellation);
        var changed = First with { Up = First.Up + " -- changed" };
        var error = await Assert.ThrowsAsync<MigrationException>(() => Migrator(test, new Migration(changed.Number, changed.Name, changed.Up, changed.Down)).UpAsync(to: null, Cancellation));
        Assert.Contains("0001 (first) that is not the one of this program", error.Message, StringComparison.Ordinal);
    }

    [Theory, EveryEngine]
    public async Task Status_of_a_database_without_tables_says_that_nothing_is_applied_and_makes_nothing(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        await test.Database.MigrateAsync(_ => Task.FromResult(0), Cancellation);
        Assert.All(await Migrator(test, First, Second).StatusAsync(Cancellation), state => Assert.Null(state.AppliedAt));
        Assert.Empty(await TablesAsync(test));
    }

    [Theory, EveryEngine]
    public async Task The_time_of_a_migration_is_kept(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        var time = new ManualTime();
        var migrator = new Migrator(test.Database, new MigrationSet("test", [First]), time);
        await migrator.UpAsync(to: null, Cancellation);
        Assert.Equal(time.GetUtcNow(), Assert.Single(await migrator.StatusAsync(Cancellation)).AppliedAt);
    }

    /// <summary>Every migration that is shipped: up, down to nothing, and up again gives the same tables.</summary>
    [Theory, EveryEngine]
    public async Task The_migrations_of_the_program_go_up_and_down_and_up_again(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        foreach (var set in new[] { MigrationSet.Truth, MigrationSet.Cache })
        {
            var migrator = new Migrator(test.Database, set, TimeProvider.System);
            await migrator.UpAsync(to: 0, Cancellation);
            var before = await TablesAsync(test);
            for (var number = 1; number <= set.Newest; number++)
            {
                await migrator.UpAsync(number, Cancellation);
                var tables = await SchemaAsync(test);
                await migrator.DownAsync(number - 1, Cancellation);
                await migrator.UpAsync(number, Cancellation);
                Assert.Equal(tables, await SchemaAsync(test));
            }

            await migrator.DownAsync(0, Cancellation);
            Assert.Equal(before, await TablesAsync(test));
            await migrator.UpAsync(to: null, Cancellation);
        }
    }

    [Fact]
    public void Shipped_migrations_have_no_placeholder_that_is_left_as_it_is()
    {
        foreach (var migration in MigrationSet.Truth.All.Concat(MigrationSet.Cache.All))
        {
            foreach (var engine in Enum.GetValues<SqlEngine>())
                Assert.DoesNotContain("{", migration.UpFor(engine) + migration.DownFor(engine), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Numbers_count_up_from_one() =>
        Assert.Throws<ArgumentException>(() => new MigrationSet("test", [Second]));

    private static Migrator Migrator(TestDatabase test, params Migration[] migrations) => new(test.Database, new MigrationSet("test", migrations), TimeProvider.System);

    private static async Task<string[]> TablesAsync(TestDatabase test) => [.. (await test.Database.ReadAsync(
        connection => connection.QueryAsync<string>(test.Database.Engine == SqlEngine.Sqlite
            ? "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            : "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"),
        Cancellation)).Order(StringComparer.Ordinal)];

    /// <summary>Tables with their columns, and indexes.</summary>
    private static async Task<string[]> SchemaAsync(TestDatabase test) => [.. (await test.Database.ReadAsync(
        connection => connection.QueryAsync<string>(test.Database.Engine == SqlEngine.Sqlite
            ? "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
            : """
              SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = current_schema()
              UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
              """),
        Cancellation)).Order(StringComparer.Ordinal)];
}
