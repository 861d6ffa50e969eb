using Quiver.Server.Configuration;
using Quiver.Server.Hosting;
using Quiver.Storage;
using Quiver.Storage.Migrations;

namespace Quiver.Server.Commands;

/// <summary>What commands share that speak to the database of a configuration.</summary>
internal static class DatabaseCommands
{
    /// <exception cref="UsageException">The configuration has problems.</exception>
    public static ServeOptions OptionsOf(LoadedConfiguration configuration) =>
        configuration.Problems is [] ? configuration.Options : throw new UsageException(string.Join("\nquiver: ", configuration.Problems));

    public static DatabaseAddress AddressOf(ServeOptions options, MigrationSet set) =>
        set == MigrationSet.Cache ? DatabaseFiles.Cache(options) : DatabaseFiles.Truth(options);

    /// <summary>Opens one of the two databases as it is, and tells the operator where and why when that fails.</summary>
    public static async Task UseAsync(ServeOptions options, MigrationSet set, Func<Database, Task> work)
    {
        var address = AddressOf(options, set);
        await using var database = Database.At(address);
        try
        {
            await work(database);
        }
        catch (Exception exception) when (DatabaseStart.ForOperator(exception, address) is { } told)
        {
            throw told;
        }
    }
}
