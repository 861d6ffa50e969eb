using Quiver.Accounts.Keys;
using Quiver.Accounts.Passwords;
using Quiver.Accounts.Sessions;
using Quiver.Accounts.Users;
using Quiver.Storage;

namespace Quiver.Accounts;

/// <summary>Everything about who may call: users, their keys, their sessions. Composed here, used by its parts.</summary>
/// <remarks>Thread-safe. The database stays its owner's.</remarks>
internal sealed class AccountService : IAsyncDisposable
{
    private readonly PasswordSlots _slots;
    private readonly PasswordSlots _signUpSlots = new(cores: 1);
    private readonly KeyUsage _usage;
    private readonly KeyDirectory _directory;

    public AccountService(Database database, AccountOptions options, TimeProvider time)
    {
        var version = new AccountVersion(database, time);
        var hasher = new PasswordHasher(time, options.PasswordCost);
        _slots = new PasswordSlots(options.Cores);
        _usage = new KeyUsage(database, time);
        _directory = new KeyDirectory(database, version, _usage, options.PlanCalled, time);
        Audit = new AuditLog(database, time);
        Keys = new UserKeys(database, Audit, time);
        Users = new UserAccounts(database, Keys, hasher, _slots, Audit, options.PlanCalled, time);
        SignUps = new SignUps(new UserAccounts(database, Keys, hasher, _signUpSlots, Audit, options.PlanCalled, time), time);
        Sessions = new LogIns(database, new SessionTokens(options.Secret, options.PreviousSecret, time), hasher, _slots, version, options.PlanCalled, time);
    }

    public UserAccounts Users { get; }

    public SignUps SignUps { get; }

    public UserKeys Keys { get; }

    public LogIns Sessions { get; }

    public AuditLog Audit { get; }

    /// <summary>Whom a key stands for. What is found once is found again without waiting; a key that was revoked is not, after a second.</summary>
    /// <inheritdoc cref="KeyDirectory.FindAsync"/>
    public ValueTask<Caller?> FindByKeyAsync(string key, CancellationToken cancellationToken) => _directory.FindAsync(key, cancellationToken);

    /// <summary>Writes what is counted of keys in memory.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _usage.FlushAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _usage.DisposeAsync();
        _slots.Dispose();
        _signUpSlots.Dispose();
    }
}
