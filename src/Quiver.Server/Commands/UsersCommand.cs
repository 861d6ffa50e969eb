using System.CommandLine;
using Quiver.Accounts;
using Quiver.Accounts.Users;

namespace Quiver.Server.Commands;

/// <summary><c>quiver users</c>: the accounts of a server with --auth multi. It may run meanwhile, or not.</summary>
internal static class UsersCommand
{
    private static readonly Argument<string> Email = new("EMAIL") { Description = "The user's email address. Nothing is sent to it." };

    private static readonly Argument<string> User = new("USER") { Description = "An id or an email address." };

    private static readonly Option<string?> Plan = new("--plan") { HelpName = "PLAN", Description = "One of 'quiver plans list'." };

    private static readonly Option<string> KeyPrefix = new("--key-prefix")
    {
        HelpName = "PREFIX",
        Description = $"How the user's first key begins: {string.Join(", ", ApiKey.Prefixes)}.",
        DefaultValueFactory = _ => ApiKey.EmbedCachePrefix,
    };

    private static readonly Option<bool> Password = new("--password") { Description = "Give a password too, for log-ins: read from standard input." };

    private static readonly Option<bool> Enabled = new("--enable") { Description = "Let a disabled user in again." };

    public static Command Create() => new DocumentedCommand("users", "Make, list and change users.")
    {
        CreateUser("create-admin", "Make a user who may administer all others, and print the key once.", isAdmin: true),
        CreateUser("create", "Make a user, and print the key once.", isAdmin: false),
        List(),
        Change(),
        Disable(),
    };

    private static DocumentedCommand CreateUser(string name, string description, bool isAdmin)
    {
        var command = new DocumentedCommand(name, description) { Examples = isAdmin ? "quiver users create-admin admin@example.com" : "quiver users create ada@example.com --plan embedcache-paid" };
        command.Add(Email);
        command.Add(Plan);
        command.Add(KeyPrefix);
        command.Add(Password);
        AccountCommand.SetAction(command, async (arguments, accounts, cancellationToken) =>
        {
            var prefix = arguments.GetValue(KeyPrefix)!;
            if (!ApiKey.Prefixes.Contains(prefix))
                throw new UsageException($"--key-prefix is one of {string.Join(", ", ApiKey.Prefixes)}.");
            var request = new NewUser(arguments.GetValue(Email)!, ReadPassword(arguments), arguments.GetValue(Plan) ?? Accounts.Plan.Unlimited.Name, prefix, isAdmin);
            var (user, key) = await accounts.Users.CreateAsync(request, Scopes.All, AccountCommand.Actor, cancellationToken);
            await Console.Error.WriteLineAsync($"{user.Id}, plan {user.Plan}. The key is shown this once:");
            await Console.Out.WriteLineAsync(key.Key);
            return ExitCode.Success;
        });
        return command;
    }

    private static DocumentedCommand List()
    {
        var command = new DocumentedCommand("list", "List users.") { Examples = "quiver users list" };
        AccountCommand.SetAction(command, async (_, accounts, cancellationToken) =>
        {
            var table = new TextTable("user", "email", "plan", "state", "since");
            string? after = null;
            while (await accounts.Users.ListAsync(1000, after, cancellationToken) is { Count: > 0 } page)
            {
                foreach (var user in page.Where(user => user.Email is not null))
                    table.Add(user.Id, user.Email!, user.Plan, StateOf(user), $"{user.CreatedAt:yyyy-MM-dd}");
                after = page[^1].Id;
            }

            table.WriteTo(Console.Out);
            return ExitCode.Success;
        });
        return command;
    }

    private static DocumentedCommand Change()
    {
        var command = new DocumentedCommand("change", "Change a user's plan or password, or let a disabled one in again. A new password ends all sessions.")
        {
            Examples = """
                quiver users change ada@example.com --plan embedcache-paid
                quiver users change ada@example.com --enable
                """,
        };
        command.Add(User);
        command.Add(Plan);
        command.Add(Password);
        command.Add(Enabled);
        AccountCommand.SetAction(command, async (arguments, accounts, cancellationToken) =>
        {
            var change = new UserChange(arguments.GetValue(Plan), arguments.GetValue(Enabled) ? false : null, ReadPassword(arguments));
            if (change == new UserChange())
                throw new UsageException("Say what to change: --plan PLAN, --password or --enable.");
            return await ChangeAsync(accounts, arguments.GetValue(User)!, change, cancellationToken);
        });
        return command;
    }

    private static DocumentedCommand Disable()
    {
        var command = new DocumentedCommand("disable", "Stop a user's keys and end all sessions, until 'users change --enable'.") { Examples = "quiver users disable ada@example.com" };
        command.Add(User);
        AccountCommand.SetAction(command, (arguments, accounts, cancellationToken) => ChangeAsync(accounts, arguments.GetValue(User)!, new UserChange(IsDisabled: true), cancellationToken));
        return command;
    }

    private static async Task<int> ChangeAsync(AccountService accounts, string name, UserChange change, CancellationToken cancellationToken)
    {
        var user = await AccountCommand.UserAsync(accounts, name, cancellationToken);
        var changed = await accounts.Users.ChangeAsync(user.Id, change, Scopes.All, AccountCommand.Actor, cancellationToken);
        await Console.Out.WriteLineAsync($"{changed.Id}, plan {changed.Plan}, {StateOf(changed)}");
        return ExitCode.Success;
    }

    /// <summary>From standard input: a command line is seen by every user of the machine.</summary>
    private static string? ReadPassword(ParseResult arguments)
    {
        if (!arguments.GetValue(Password))
            return null;
        if (!Console.IsInputRedirected)
            Console.Error.Write("Password: ");
        return Console.In.ReadLine() ?? throw new UsageException("--password reads the password from standard input, and there is none.");
    }

    private static string StateOf(User user) => user switch { { IsDisabled: true } => "disabled", { IsAdmin: true } => "admin", _ => "enabled" };
}
