using System.CommandLine;
using Quiver.Accounts;
using Quiver.Accounts.Keys;

namespace Quiver.Server.Commands;

/// <summary><c>quiver keys</c>: the keys of users.</summary>
internal static class KeysCommand
{
    private static readonly Argument<string> User = new("USER") { Description = "An id or an email address." };

    private static readonly Argument<string> Prefix = new("PREFIX") { Description = $"The first {ApiKey.ShownLength} characters of the key, as 'quiver keys list' shows them." };

    private static readonly Option<string> Name = new("--name") { HelpName = "NAME", Description = "What the key is for.", DefaultValueFactory = _ => "" };

    private static readonly Option<string[]> Permissions = new("--permission")
    {
        HelpName = "PERMISSION",
        Description = $"What it may be used for, repeated for several: {string.Join(", ", ScopeNames.All)}.",
        DefaultValueFactory = _ => [ScopeNames.Everything],
    };

    private static readonly Option<int?> Days = new("--expires-in-days") { HelpName = "DAYS", Description = "For how long; for good without it." };

    private static readonly Option<string> KeyPrefix = new("--key-prefix")
    {
        HelpName = "PREFIX",
        Description = $"How the key begins: {string.Join(", ", ApiKey.Prefixes)}.",
        DefaultValueFactory = _ => ApiKey.EmbedCachePrefix,
    };

    public static Command Create() => new DocumentedCommand("keys", "Make, list and revoke keys of users.") { CreateKey(), List(), Revoke() };

    private static DocumentedCommand CreateKey()
    {
        var command = new DocumentedCommand("create", "Make a key for a user, and print it once.")
        {
            Examples = """
                quiver keys create ada@example.com --name laptop
                quiver keys create ada@example.com --permission embed:text --permission search --expires-in-days 30
                """,
        };
        command.Add(User);
        command.Add(Name);
        command.Add(Permissions);
        command.Add(Days);
        command.Add(KeyPrefix);
        AccountCommand.SetAction(command, async (arguments, accounts, cancellationToken) =>
        {
            if (!ScopeNames.TryParse(arguments.GetValue(Permissions)!, out var scopes, out _))
                throw new UsageException($"--permission is one of {string.Join(", ", ScopeNames.All)}.");
            if (!ApiKey.Prefixes.Contains(arguments.GetValue(KeyPrefix)!))
                throw new UsageException($"--key-prefix is one of {string.Join(", ", ApiKey.Prefixes)}.");
            var lifetime = arguments.GetValue(Days) switch
            {
                null => (TimeSpan?)null,
                >= 1 and <= 36_500 and int days => TimeSpan.FromDays(days),
                _ => throw new UsageException("--expires-in-days takes a number of days, from 1 to 36500."),
            };
            var user = await AccountCommand.UserAsync(accounts, arguments.GetValue(User)!, cancellationToken);
            var request = new KeyRequest(arguments.GetValue(KeyPrefix)!, arguments.GetValue(Name)!, scopes, lifetime);
            var key = await accounts.Keys.CreateAsync(user.Id, request, Scopes.All, AccountCommand.Actor, cancellationToken);
            await Console.Error.WriteLineAsync($"A key of {user.Id}. It is shown this once:");
            await Console.Out.WriteLineAsync(key.Key);
            return ExitCode.Success;
        });
        return command;
    }

    private static DocumentedCommand List()
    {
        var command = new DocumentedCommand("list", "List the keys of a user, revoked and expired ones included.") { Examples = "quiver keys list ada@example.com" };
        command.Add(User);
        AccountCommand.SetAction(command, async (arguments, accounts, cancellationToken) =>
        {
            var user = await AccountCommand.UserAsync(accounts, arguments.GetValue(User)!, cancellationToken);
            var table = new TextTable("prefix", "name", "permissions", "state", TextColumn.Number("uses"), "last used");
            foreach (var key in await accounts.Keys.ListAsync(user.Id, cancellationToken))
                table.Add(key.Prefix, key.Name, string.Join(' ', ScopeNames.Of(key.Scopes)), StateOf(key), $"{key.UsageCount}", $"{key.LastUsedAt:u}");
            table.WriteTo(Console.Out);
            return ExitCode.Success;
        });
        return command;
    }

    private static DocumentedCommand Revoke()
    {
        var command = new DocumentedCommand("revoke", "Revoke a key, for good. Running servers refuse it within a second.") { Examples = "quiver keys revoke ada@example.com vec_0A1b2C3d" };
        command.Add(User);
        command.Add(Prefix);
        AccountCommand.SetAction(command, async (arguments, accounts, cancellationToken) =>
        {
            var user = await AccountCommand.UserAsync(accounts, arguments.GetValue(User)!, cancellationToken);
            await accounts.Keys.RevokeAsync(user.Id, arguments.GetValue(Prefix)!, Scopes.All, AccountCommand.Actor, cancellationToken);
            await Console.Out.WriteLineAsync("revoked");
            return ExitCode.Success;
        });
        return command;
    }

    private static string StateOf(KeyInfo key)
    {
        if (key.RevokedAt is not null)
            return "revoked";
        return key.ExpiresAt is { } end ? end <= TimeProvider.System.GetUtcNow() ? "expired" : $"until {end:u}" : "good";
    }
}
