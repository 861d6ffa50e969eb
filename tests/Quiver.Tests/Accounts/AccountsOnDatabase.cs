using System.Security.Cryptography;
using Quiver.Accounts;
using Quiver.Accounts.Keys;
using Quiver.Accounts.Sessions;
using Quiver.Accounts.Users;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Tests.Accounts;

/// <summary>A database of accounts, and one or more processes on it, whose clock a test moves.</summary>
internal sealed class AccountsOnDatabase : IAsyncDisposable
{
    public const string Password = "correct horse";

    private readonly TestDatabase _database;
    private readonly SigningSecret _secret = SigningSecret.Of(RandomNumberGenerator.GetBytes(32));
    private readonly List<AccountService> _processes = [];

    private AccountsOnDatabase(TestDatabase database)
    {
        _database = database;
        OpenAnother();
    }

    public ManualTime Time { get; } = new();

    public AccountService Accounts => _processes[0];

    public Database Database => _database.Database;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<AccountsOnDatabase> CreateAsync(SqlEngine engine) => new(await TestDatabase.CreateAsync(engine));

    /// <summary>A replica: another process on the same database.</summary>
    public AccountService OpenAnother(Database? database = null)
    {
        var options = new AccountOptions(name => name is "unlimited" or "small" ? new Plan(name) : null, _secret) { PasswordCost = 10, Cores = 4 };
        var process = new AccountService(database ?? (_processes.Count == 0 ? Database : _database.OpenAnother()), options, Time);
        _processes.Add(process);
        return process;
    }

    public async Task<(User User, NewKey Key)> AddUserAsync(string email = "ada@example.com", string? password = null, bool isAdmin = false) =>
        await Accounts.Users.CreateAsync(new NewUser(email, password, "small", ApiKey.EmbedCachePrefix, isAdmin), Scopes.All, actor: null, Token);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await _database.DisposeAsync();
    }
}
