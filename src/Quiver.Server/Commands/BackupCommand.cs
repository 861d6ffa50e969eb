using System.CommandLine;
using Quiver.Server.Configuration;
using Quiver.Storage;
using Quiver.Storage.Migrations;

namespace Quiver.Server.Commands;

/// <summary><c>quiver backup</c>: a copy of the SQLite file, while servers go on with it.</summary>
internal static class BackupCommand
{
    private static readonly Argument<string> Target = new("FILE") { Description = "Where the copy goes. It appears when it is complete and on the disk." };

    private static readonly Option<bool> Force = new("--force") { Description = "Replace the file if it is there." };

    public static Command Create()
    {
        var command = new DocumentedCommand("backup", "Copy the SQLite database while it is in use: the state of one instant, checked. The cache is not part of it. On PostgreSQL use pg_dump.")
        {
            Examples = """
                quiver backup quiver-backup.db
                quiver backup --data-dir /var/lib/quiver /backup/quiver.db --force
                """,
        };
        command.Add(Target);
        command.Add(Force);
        var configuration = new ConfigurationOptions(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await RunAsync(DatabaseCommands.OptionsOf(configuration.Load(arguments)), arguments.GetValue(Target)!, arguments.GetValue(Force), cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task RunAsync(ServeOptions options, string target, bool mayReplace, CancellationToken cancellationToken)
    {
        if (DatabaseFiles.Truth(options) is not SqliteAddress { File: var file })
            throw new UsageException($"The database is PostgreSQL: pg_dump --schema={((PostgreSqlAddress)DatabaseFiles.Truth(options)).Schema} makes its backup, see docs/databases.md.");
        if (!File.Exists(file))
            throw new FileNotFoundException($"There is no database {file} to copy.");
        if (Path.GetFullPath(target) == Path.GetFullPath(file))
            throw new UsageException($"{target} is the database itself.");
        if (File.Exists(target) && !mayReplace)
            throw new IOException($"{target} is there already; --force replaces it.");

        await DatabaseCommands.UseAsync(options, MigrationSet.Truth, database => SqliteBackup.WriteAsync(database, target, cancellationToken));
        Console.Out.WriteLine($"{file} copied to {target}, {ByteSize.Format(new FileInfo(target).Length)}");
    }
}
