using System.Net;
using Quiver.Accounts;
using Quiver.Accounts.Keys;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;
using Quiver.Storage;
using static Quiver.Tests.Accounts.AccountsOnDatabase;

namespace Quiver.Tests.Accounts.Users;

public sealed class SignUpsTests
{
    [Fact]
    public async Task A_network_makes_ten_accounts_and_then_one_every_thirty_seconds()
    {
        await using var accounts = await CreateAsync(SqlEngine.Sqlite);
        await Assert.ThrowsAsync<QuiverException>(() => SignUpAsync(accounts, 0, "2001:db8::1", password: "short"));
        for (var i = 0; i < 20; i++)
            await SignUpAsync(accounts, i, $"2001:db8::{i + 1}");

        var slowed = await Assert.ThrowsAsync<QuiverException>(() => SignUpAsync(accounts, 20, "2001:db8::ffff"));
        Assert.Equal((ErrorKind.Overloaded, TimeSpan.FromSeconds(30)), (slowed.Kind, slowed.RetryAfter));
        await SignUpAsync(accounts, 21, "2001:db8:0:1::1");
        await accounts.Accounts.Sessions.LogInAsync("u0@example.com", Password, IPAddress.Parse("2001:db8::1"), Token);
        accounts.Time.Advance(TimeSpan.FromSeconds(30));
        await SignUpAsync(accounts, 20, "2001:db8::ffff");
    }

    private static Task<(User User, NewKey Key)> SignUpAsync(AccountsOnDatabase accounts, int number, string address, string password = Password) =>
        accounts.Accounts.SignUps.SignUpAsync(new NewUser($"u{number}@example.com", password, "small", ApiKey.EmbedCachePrefix), IPAddress.Parse(address), Token);
}
