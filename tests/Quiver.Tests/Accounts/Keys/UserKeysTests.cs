using Quiver.Accounts;
using Quiver.Accounts.Keys;
using Quiver.Diagnostics;
using Quiver.Storage;
using Quiver.Tests.Support;
using static Quiver.Tests.Accounts.AccountsOnDatabase;

namespace Quiver.Tests.Accounts.Keys;

public sealed class UserKeysTests
{
    [Theory, EveryEngine]
    public async Task A_revoked_key_is_refused_by_every_process_within_a_second(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var other = accounts.OpenAnother();
        var (user, key) = await accounts.AddUserAsync();
        Assert.NotNull(await accounts.Accounts.FindByKeyAsync(key.Key, Token));
        Assert.NotNull(await other.FindByKeyAsync(key.Key, Token));

        await accounts.Accounts.Keys.RevokeAsync(user.Id, key.Info.Prefix, Scopes.All, null, Token);
        accounts.Time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Null(await accounts.Accounts.FindByKeyAsync(key.Key, Token));
        Assert.Null(await other.FindByKeyAsync(key.Key, Token));
    }

    [Theory, EveryEngine]
    public async Task A_key_expires_at_its_second_though_it_is_in_memory(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var (user, _) = await accounts.AddUserAsync();
        var key = await accounts.Accounts.Keys.CreateAsync(user.Id, new KeyRequest("fe_", "short", Scopes.Search, TimeSpan.FromDays(1)), Scopes.All, null, Token);

        Assert.NotNull(await accounts.Accounts.FindByKeyAsync(key.Key, Token));
        accounts.Time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await accounts.Accounts.FindByKeyAsync(key.Key, Token));
        accounts.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await accounts.Accounts.FindByKeyAsync(key.Key, Token));
    }

    [Theory, EveryEngine]
    public async Task A_key_of_another_user_is_not_there(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var (_, key) = await accounts.AddUserAsync("ada@example.com");
        var (other, _) = await accounts.AddUserAsync("bob@example.com");

        var refused = await Assert.ThrowsAsync<QuiverException>(() => accounts.Accounts.Keys.RevokeAsync(other.Id, key.Info.Prefix, Scopes.All, null, Token));
        Assert.Equal(ErrorKind.NotFound, refused.Kind);
        Assert.DoesNotContain(await accounts.Accounts.Keys.ListAsync(other.Id, Token), listed => listed.Id == key.Info.Id);
        accounts.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await accounts.Accounts.FindByKeyAsync(key.Key, Token));
    }

    [Theory, EveryEngine]
    public async Task A_key_is_revoked_once(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var (user, key) = await accounts.AddUserAsync();
        await accounts.Accounts.Keys.RevokeAsync(user.Id, key.Info.Prefix, Scopes.All, "usr_admin", Token);

        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<QuiverException>(() => accounts.Accounts.Keys.RevokeAsync(user.Id, key.Info.Prefix, Scopes.All, "usr_admin", Token))).Kind);
        Assert.NotNull(Assert.Single(await accounts.Accounts.Keys.ListAsync(user.Id, Token)).RevokedAt);
        Assert.Equal("key.revoke", Assert.Single(await accounts.Accounts.Audit.ListAsync(10, Token)).Action);
    }

    [Theory, EveryEngine]
    public async Task Uses_are_counted_in_memory_and_written_together(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var other = accounts.OpenAnother();
        var (user, key) = await accounts.AddUserAsync();
        for (var i = 0; i < 3; i++)
            await accounts.Accounts.FindByKeyAsync(key.Key, Token);
        await other.FindByKeyAsync(key.Key, Token);
        Assert.Equal(0, Assert.Single(await accounts.Accounts.Keys.ListAsync(user.Id, Token)).UsageCount);

        await accounts.Accounts.FlushAsync(Token);
        await other.FlushAsync(Token);
        await other.FlushAsync(Token);

        var listed = Assert.Single(await accounts.Accounts.Keys.ListAsync(user.Id, Token));
        Assert.Equal((4, accounts.Time.GetUtcNow()), (listed.UsageCount, listed.LastUsedAt));
    }

    [Theory, EveryEngine]
    public async Task What_is_counted_when_a_process_ends_is_written(SqlEngine engine)
    {
        await using var accounts = await CreateAsync(engine);
        var other = accounts.OpenAnother();
        var (user, key) = await accounts.AddUserAsync();
        await other.FindByKeyAsync(key.Key, Token);

        await other.DisposeAsync();

        Assert.Equal(1, Assert.Single(await accounts.Accounts.Keys.ListAsync(user.Id, Token)).UsageCount);
    }

    [Theory]
    [InlineData(Scopes.EmbedText, false, Scopes.EmbedText | Scopes.Search, true)]
    [InlineData(Scopes.EmbedText | Scopes.Files, false, Scopes.EmbedText | Scopes.Search, false)]
    [InlineData(Scopes.All, false, Scopes.EmbedText, false)]
    [InlineData(Scopes.All, false, Scopes.All & ~Scopes.Admin, true)]
    [InlineData(Scopes.All, true, Scopes.All & ~Scopes.Admin, false)]
    [InlineData(Scopes.All, true, Scopes.All, true)]
    [InlineData(Scopes.Admin, false, Scopes.All, false)]
    [InlineData(Scopes.Admin, true, Scopes.All, true)]
    public async Task A_key_has_no_more_rights_than_its_owner_and_its_maker(Scopes asked, bool ownerIsAdmin, Scopes maker, bool isMade)
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        var (user, _) = await accounts.AddUserAsync(isAdmin: ownerIsAdmin);
        var making = accounts.Accounts.Keys.CreateAsync(user.Id, new KeyRequest("vec_", "", asked), maker, null, Token);

        if (isMade)
        {
            var caller = await accounts.Accounts.FindByKeyAsync((await making).Key, Token);
            Assert.Equal(Scopes.None, caller!.Scopes & ~maker);
        }
        else
        {
            Assert.Equal(ErrorKind.Forbidden, (await Assert.ThrowsAsync<QuiverException>(() => making)).Kind);
        }
    }

    [Fact]
    public async Task A_key_for_nothing_and_one_of_nobody_are_not_made()
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        var (user, _) = await accounts.AddUserAsync();

        Assert.Equal(ErrorKind.InvalidInput, (await Assert.ThrowsAsync<QuiverException>(
            () => accounts.Accounts.Keys.CreateAsync(user.Id, new KeyRequest("vec_", "", Scopes.None), Scopes.All, null, Token))).Kind);
        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<QuiverException>(
            () => accounts.Accounts.Keys.CreateAsync("usr_nobody", new KeyRequest("vec_", "", Scopes.Search), Scopes.All, null, Token))).Kind);
    }

    [Fact]
    public async Task While_the_database_is_away_a_key_in_memory_is_good_for_five_minutes_and_any_other_is_a_503()
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        var (_, key) = await accounts.AddUserAsync("ada@example.com");
        var (_, unseen) = await accounts.AddUserAsync("bob@example.com");
        var database = new DatabaseThatGoesAway(accounts.Database);
        await using var process = accounts.OpenAnother(database);
        Assert.NotNull(await process.FindByKeyAsync(key.Key, Token));

        database.IsAwayNow = true;
        accounts.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await process.FindByKeyAsync(key.Key, Token));
        await UnavailableAsync(unseen.Key);
        accounts.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.NotNull(await process.FindByKeyAsync(key.Key, Token));
        accounts.Time.Advance(TimeSpan.FromMinutes(1));
        await UnavailableAsync(key.Key);

        database.IsAwayNow = false;
        accounts.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await process.FindByKeyAsync(key.Key, Token));
        Assert.NotNull(await process.FindByKeyAsync(unseen.Key, Token));

        async Task UnavailableAsync(string which) =>
            Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<QuiverException>(async () => await process.FindByKeyAsync(which, Token))).Kind);
    }
}
