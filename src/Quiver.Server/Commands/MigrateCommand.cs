using System.CommandLine;
using System.Globalization;
using Quiver.Server.Configuration;
using Quiver.Storage;
using Quiver.Storage.Migrations;

namespace Quiver.Server.Commands;

/// <summary><c>quiver migrate</c>: the tables of the database, to where this program needs them, and back for an older one.</summary>
internal static class MigrateCommand
{
    private static readonly Option<int> To = new("--to") { Description = "The number of the last migration that stays; 0 undoes all.", HelpName = "NUMBER", Required = true };

    private static readonly Option<bool> OfCache = new("--cache") { Description = "The tables of the cache, not those of accounts and usage." };

    public static Command Create()
    {
        var up = new DocumentedCommand("up", "Apply what is missing. A server does so itself when it starts, unless database.migrate is off.")
        {
            Examples = """
                quiver migrate up
                QUIVER_DATABASE_URL=postgresql://quiver@db.example/quiver quiver migrate up
                """,
        };
        SetAction(up, UpAsync);

        var down = new DocumentedCommand("down", "Undo the newest migrations, with all that is in their tables: before an older Quiver is started. Stop the servers and make a backup first.")
        {
            Examples = "quiver migrate down --to 2",
        };
        down.Add(To);
        down.Add(OfCache);
        SetAction(down, DownAsync);

        var status = new DocumentedCommand("status", "List the migrations of this program, and which of them the database has.") { Examples = "quiver migrate status" };
        SetAction(status, StatusAsync);

        return new DocumentedCommand("migrate", "Bring the database's tables up to date, or back.") { up, down, status };
    }

    private static void SetAction(Command command, Func<ServeOptions, ParseResult, CancellationToken, Task> run)
    {
        var configuration = new ConfigurationOptions(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await run(DatabaseCommands.OptionsOf(configuration.Load(arguments)), arguments, cancellationToken);
            return ExitCode.Success;
        });
    }

    private static Task UpAsync(ServeOptions options, ParseResult arguments, CancellationToken cancellationToken) => WithBothAsync(options, async migrator =>
    {
        var applied = await migrator.UpAsync(to: null, cancellationToken);
        foreach (var migration in applied)
            Console.Out.WriteLine($"{migrator.Set.Name} {migration} applied");
        if (applied is [])
            Console.Out.WriteLine($"{migrator.Set.Name} up to date");
    });

    private static Task DownAsync(ServeOptions options, ParseResult arguments, CancellationToken cancellationToken)
    {
        var (set, to) = (arguments.GetValue(OfCache) ? MigrationSet.Cache : MigrationSet.Truth, arguments.GetValue(To));
        if (to < 0 || to > set.Newest)
            throw new UsageException($"--to takes a number from 0 to {set.Newest}.");
        return DatabaseCommands.UseAsync(options, set, async database =>
        {
            foreach (var migration in await new Migrator(database, set, TimeProvider.System).DownAsync(to, cancellationToken))
                Console.Out.WriteLine($"{set.Name} {migration} undone");
        });
    }

    private static async Task StatusAsync(ServeOptions options, ParseResult arguments, CancellationToken cancellationToken)
    {
        var table = new TextTable("part", "migration", "applied");
        foreach (var set in new[] { MigrationSet.Truth, MigrationSet.Cache })
        {
            // To look is not to make a file.
            IReadOnlyList<MigrationState> states = [.. set.All.Select(migration => new MigrationState(migration, null))];
            if (DatabaseCommands.AddressOf(options, set) is not SqliteAddress { File: var file } || File.Exists(file))
                await DatabaseCommands.UseAsync(options, set, async database => states = await new Migrator(database, set, TimeProvider.System).StatusAsync(cancellationToken));
            foreach (var state in states)
                table.Add(set.Name, state.Migration.ToString(), state.AppliedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "no");
        }

        table.WriteTo(Console.Out);
    }

    private static async Task WithBothAsync(ServeOptions options, Func<Migrator, Task> work)
    {
        foreach (var set in new[] { MigrationSet.Truth, MigrationSet.Cache })
        {
            DatabaseFiles.MakeDataFolder(options, DatabaseCommands.AddressOf(options, set));
            await DatabaseCommands.UseAsync(options, set, database => work(new Migrator(database, set, TimeProvider.System)));
        }
    }
}
