using Dapper;
using Quiver.Accounts;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;
using Quiver.Storage;
using Quiver.Tests.Support;
using static Quiver.Tests.Accounts.AccountsOnDatabase;

namespace Quiver.Tests.Accounts.Users;

public sealed class UserAccountsTests
{
    [Theory, EveryEngine]
    public async Task A_new_user_has_a_key_for_everything_but_administration(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var (user, key) = await accounts.AddUserAsync();

        Assert.Matches("^usr_[0-9a-f]{24}$", user.Id);
        var caller = await accounts.Accounts.FindByKeyAsync(key.Key, Token);
        Assert.Equal((user.Id, "small", key.Info.Id), (caller!.Tenant, caller.Plan.Name, caller.KeyId));
        Assert.True(caller.May(Scopes.EmbedText));
        Assert.False(caller.May(Scopes.Admin));
    }

    [Theory, EveryEngine]
    public async Task An_address_is_taken_once_however_it_is_written(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        await accounts.AddUserAsync("Ada@Example.com");

        var refused = await Assert.ThrowsAsync<QuiverException>(() => accounts.AddUserAsync("aDA@example.COM"));
        Assert.Equal(ErrorKind.Conflict, refused.Kind);
        Assert.Equal("Ada@Example.com", (await accounts.Accounts.Users.FindAsync("ada@example.com", Token))!.Email);
    }

    [Theory, EveryEngine]
    public async Task Of_many_at_once_one_gets_the_address(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                return (await accounts.AddUserAsync("same@example.com")).User.Id;
            }
            catch (QuiverException error) when (error.Kind == ErrorKind.Conflict)
            {
                return null;
            }
        }));

        Assert.Single(made.OfType<string>());
    }

    [Theory, EveryEngine]
    public async Task Neither_password_nor_key_is_in_the_database(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var (user, key) = await accounts.AddUserAsync(password: Password);

        var stored = await accounts.Database.ReadAsync(
            async connection => $"{await connection.QuerySingleAsync("SELECT * FROM users WHERE id = @Id", new { user.Id })} {await connection.QuerySingleAsync("SELECT * FROM api_keys")}", Token);
        Assert.Contains(user.Id, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Key, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Key[13..], stored, StringComparison.Ordinal);
    }

    [Theory, EveryEngine]
    public async Task A_disabled_user_is_refused_by_every_process_within_a_second_until_he_is_enabled(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var other = accounts.OpenAnother();
        var (user, key) = await accounts.AddUserAsync();
        Assert.NotNull(await other.FindByKeyAsync(key.Key, Token));

        await accounts.Accounts.Users.ChangeAsync(user.Id, new UserChange(IsDisabled: true), Scopes.All, "usr_admin", Token);
        accounts.Time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Null(await other.FindByKeyAsync(key.Key, Token));

        await accounts.Accounts.Users.ChangeAsync(user.Id, new UserChange(IsDisabled: false), Scopes.All, "usr_admin", Token);
        Assert.NotNull(await other.FindByKeyAsync(key.Key, Token));
    }

    [Theory, EveryEngine]
    public async Task A_new_plan_counts_within_a_second_and_the_change_is_on_record(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var (user, key) = await accounts.AddUserAsync();
        Assert.Equal("small", (await accounts.Accounts.FindByKeyAsync(key.Key, Token))!.Plan.Name);

        await accounts.Accounts.Users.ChangeAsync(user.Id, new UserChange(Plan: "unlimited"), Scopes.All, "usr_admin", Token);
        accounts.Time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Equal("unlimited", (await accounts.Accounts.FindByKeyAsync(key.Key, Token))!.Plan.Name);
        var entry = Assert.Single(await accounts.Accounts.Audit.ListAsync(10, Token));
        Assert.Equal(("usr_admin", "user.change", user.Id, "plan unlimited"), (entry.Actor, entry.Action, entry.Subject, entry.Detail));
    }

    [Theory]
    [InlineData("nobody", null, "small", "email")]
    [InlineData("a b@example.com", null, "small", "email")]
    [InlineData("a@b@example.com", null, "small", "email")]
    [InlineData("a@example.com", "short", "small", "password")]
    [InlineData("a@example.com", null, "gold", "plan")]
    public async Task What_makes_no_sense_is_refused_by_name(string email, string? password, string plan, string parameter)
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        var refused = await Assert.ThrowsAsync<QuiverException>(
            () => accounts.Accounts.Users.CreateAsync(new NewUser(email, password, plan, "vec_"), Scopes.All, null, Token));
        Assert.Equal((ErrorKind.InvalidInput, parameter), (refused.Kind, refused.Parameter));
    }

    [Theory, EveryEngine]
    public async Task Users_are_listed_page_by_page_each_once(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var made = new List<string> { User.OperatorId };
        for (var i = 0; i < 5; i++)
            made.Add((await accounts.AddUserAsync($"u{i}@example.com")).User.Id);

        var listed = new List<string>();
        for (string? after = null; listed.Count < 20;)
        {
            var page = await accounts.Accounts.Users.ListAsync(2, after, Token);
            if (page.Count == 0)
                break;
            listed.AddRange(page.Select(user => user.Id));
            after = page[^1].Id;
        }

        Assert.Equal(made.Order(), listed.Order());
    }
}
