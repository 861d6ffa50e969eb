using System.Net;
using Dapper;
using Quiver.Accounts;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;
using Quiver.Storage;
using Quiver.Tests.Support;
using static Quiver.Tests.Accounts.AccountsOnDatabase;

namespace Quiver.Tests.Accounts.Sessions;

public sealed class LogInsTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");

    [Theory, EveryEngine]
    public async Task A_session_is_the_user_without_a_key(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var (user, _) = await accounts.AddUserAsync(password: Password);

        var session = await accounts.Accounts.Sessions.LogInAsync("ADA@example.com", Password, Here, Token);
        var caller = await accounts.OpenAnother().Sessions.FindAsync(session.Token, Token);

        Assert.Equal((user.Id, user.Id, TimeSpan.FromHours(24)), (session.UserId, caller!.Tenant, session.Lifetime));
        Assert.Null(caller.KeyId);
        Assert.Null(await accounts.Accounts.FindByKeyAsync(session.Token, Token));
    }

    [Theory]
    [InlineData("ada@example.com", "wrong password")]
    [InlineData("ada@example.com", "")]
    [InlineData("ada@example.com", "correct horse\0")]
    [InlineData("nobody@example.com", Password)]
    [InlineData("keys@example.com", Password)]
    [InlineData("keys@example.com", "")]
    [InlineData("disabled@example.com", Password)]
    [InlineData("usr_operator", "")]
    public async Task Whatever_is_wrong_the_answer_is_one(string email, string password)
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        await accounts.AddUserAsync(password: Password);
        await accounts.AddUserAsync("keys@example.com");
        var (disabled, _) = await accounts.AddUserAsync("disabled@example.com", Password);
        await accounts.Accounts.Users.ChangeAsync(disabled.Id, new UserChange(IsDisabled: true), Scopes.All, "usr_admin", Token);

        var refused = await Assert.ThrowsAsync<QuiverException>(() => accounts.Accounts.Sessions.LogInAsync(email, password, Here, Token));
        Assert.Equal((ErrorKind.Unauthorized, "Invalid credentials"), (refused.Kind, refused.Message));
    }

    public static TheoryData<string> Endings => ["log-out", "password", "disabling"];

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_session_ends_everywhere_within_a_second_by(string ending)
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        var other = accounts.OpenAnother();
        var (user, _) = await accounts.AddUserAsync(password: Password);
        var session = await accounts.Accounts.Sessions.LogInAsync("ada@example.com", Password, Here, Token);
        Assert.NotNull(await other.Sessions.FindAsync(session.Token, Token));

        await (ending switch
        {
            "log-out" => accounts.Accounts.Sessions.LogOutAsync(user.Id, Token),
            "password" => accounts.Accounts.Users.ChangeAsync(user.Id, new UserChange(Password: "battery staple"), Scopes.All, "usr_admin", Token),
            _ => accounts.Accounts.Users.ChangeAsync(user.Id, new UserChange(IsDisabled: true), Scopes.All, "usr_admin", Token),
        });
        accounts.Time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Null(await other.Sessions.FindAsync(session.Token, Token));
        Assert.Null(await accounts.Accounts.Sessions.FindAsync(session.Token, Token));
    }

    [Fact]
    public async Task The_next_session_after_a_log_out_is_good()
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        var (user, _) = await accounts.AddUserAsync(password: Password);
        await accounts.Accounts.Sessions.LogOutAsync(user.Id, Token);

        var session = await accounts.Accounts.Sessions.LogInAsync("ada@example.com", Password, Here, Token);
        Assert.NotNull(await accounts.Accounts.Sessions.FindAsync(session.Token, Token));
    }

    [Theory, EveryEngine]
    public async Task An_old_hash_is_made_anew_at_the_next_log_in(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var (user, _) = await accounts.AddUserAsync();
        await SetOldHashAsync(accounts, user);

        await accounts.Accounts.Sessions.LogInAsync("ada@example.com", "abc", Here, Token);

        var hash = await accounts.Database.ReadAsync(connection => connection.ExecuteScalarAsync<string>("SELECT password_hash FROM users WHERE id = @Id", new { user.Id }), Token);
        Assert.StartsWith("$2b$10$", hash, StringComparison.Ordinal);
        await accounts.Accounts.Sessions.LogInAsync("ada@example.com", "abc", Here, Token);
    }

    [Fact]
    public async Task A_right_password_whose_hash_cannot_be_made_anew_gets_in()
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        var (user, _) = await accounts.AddUserAsync();
        await SetOldHashAsync(accounts, user);
        await using var database = new DatabaseThatGoesAway(accounts.Database) { WriteFailure = new QuiverException(ErrorKind.Unavailable, "Read-only.") };

        var session = await accounts.OpenAnother(database).Sessions.LogInAsync("ada@example.com", "abc", Here, Token);
        Assert.NotNull(await accounts.Accounts.Sessions.FindAsync(session.Token, Token));
    }

    [Fact]
    public async Task Guessing_is_slowed_down_and_the_right_password_gets_in_when_it_leaks_away()
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        await accounts.AddUserAsync(password: Password);
        for (var i = 0; i < 5; i++)
            await Assert.ThrowsAsync<QuiverException>(() => accounts.Accounts.Sessions.LogInAsync("ada@example.com", $"guess {i}", Here, Token));

        var slowed = await Assert.ThrowsAsync<QuiverException>(() => accounts.Accounts.Sessions.LogInAsync("Ada@example.com", Password, Here, Token));
        Assert.Equal((ErrorKind.Overloaded, TimeSpan.FromSeconds(30)), (slowed.Kind, slowed.RetryAfter));
        Assert.NotNull(await accounts.Accounts.Sessions.LogInAsync("ada@example.com", Password, IPAddress.Parse("192.0.2.2"), Token));

        accounts.Time.Advance(slowed.RetryAfter!.Value);
        Assert.NotNull(await accounts.Accounts.Sessions.LogInAsync("ada@example.com", Password, Here, Token));
    }

    /// <summary>"abc" as another program hashed it.</summary>
    private static Task<int> SetOldHashAsync(AccountsOnDatabase accounts, User user) => accounts.Database.WriteAsync(
        transaction => transaction.Connection!.ExecuteAsync(
            "UPDATE users SET password_hash = '$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i' WHERE id = @Id", new { user.Id }, transaction),
        Token);
}
