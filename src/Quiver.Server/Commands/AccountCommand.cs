using System.CommandLine;
using Quiver.Accounts;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Commands;

/// <summary>What the commands on accounts have in common: the configuration, the database that it names, and the accounts in it.</summary>
internal static class AccountCommand
{
    /// <summary>Who did it, in the audit log.</summary>
    public const string Actor = "command line";

    /// <summary>Lets a command run over the accounts that the server of this configuration has.</summary>
    public static void SetAction(Command command, Func<ParseResult, AccountService, CancellationToken, Task<int>> run)
    {
        var configuration = new ConfigurationOptions(command, setting => setting is { Flag: "--database" or "--data-dir" });
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var loaded = configuration.Load(arguments);
            if (loaded.Problems is [var problem, ..])
                throw new UsageException(problem);
            await using var database = await DatabaseStart.OpenAsync(loaded.Options, TimeProvider.System, cancellationToken);
            await using var accounts = AccountStart.WithoutSessions(loaded.Options, database, TimeProvider.System);
            return await run(arguments, accounts, cancellationToken);
        });
    }

    /// <summary>A user's id or address.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.NotFound"/>.</exception>
    public static async Task<User> UserAsync(AccountService accounts, string name, CancellationToken cancellationToken) =>
        await accounts.Users.FindAsync(name, cancellationToken) ?? throw new QuiverException(ErrorKind.NotFound, "There is no such user. 'quiver users list' shows them.");
}
