using Quiver.Diagnostics;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;
using Quiver.Storage;
using Quiver.Storage.Migrations;

namespace Quiver.Server.Commands.Checks;

/// <summary>Whether the database is there, can be written, and has tables that this program understands. Changes nothing.</summary>
internal static class DatabaseChecks
{
    private const string Name = "database";

    public static async Task<Finding> LookAsync(ServeOptions options, TimeProvider time)
    {
        if (!options.UsesDatabase || DatabaseFiles.ProblemWith(options) is not null)
            return Finding.Ok(Name, "none is needed: nothing is kept between starts");
        var address = DatabaseFiles.Truth(options);
        if (address is SqliteAddress { File: var file } && !File.Exists(file))
            return NotMadeYet(options, file);

        await using var database = Database.At(address);
        try
        {
            var missing = (await new Migrator(database, MigrationSet.Truth, time).StatusAsync(CancellationToken.None)).Count(state => state.AppliedAt is null);
            return missing > 0 && !options.MigratesDatabase
                ? Finding.Fail(Name, $"{address} is {missing} migrations behind and database.migrate is off", "quiver migrate up")
                : Finding.Ok(Name, missing > 0 ? $"{address} answers; {missing} migrations will be applied at the start" : $"{address} answers and is up to date");
        }
        catch (MigrationException exception)
        {
            return Finding.Fail(Name, exception.Message.TrimEnd('.'), "Run the Quiver that this database belongs to, or give this one a database of its own.");
        }
        catch (QuiverException exception)
        {
            return Finding.Fail(
                Name,
                (DatabaseStart.ForOperator(exception, address) ?? exception).Message.TrimEnd('.'),
                address is SqliteAddress ? "Give the file to the user that runs the server, or restore a backup." : "Check that the server runs, and host, port, user, password and sslmode of --database.");
        }
    }

    private static Finding NotMadeYet(ServeOptions options, string file)
    {
        // The folder that will be made, or the first above it that is there.
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var isOurs = Path.GetFullPath(options.DataFolder) == folder;
        while (isOurs && !Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
            folder = above;
        try
        {
            var probe = Path.Combine(folder, Path.GetRandomFileName());
            File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
            return Finding.Ok(Name, $"{file} will be made at the start");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail(Name, $"{file} cannot be made: {folder} is not there or not to be written", $"mkdir -p {folder}, and give it to the user that runs the server.");
        }
    }
}
