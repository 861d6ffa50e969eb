using System.Text.Json;
using Quiver.Accounts;
using Quiver.Accounts.Users;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Replay;

/// <summary>The keys and sessions of an EmbedCache set-up: recorded by their shape alone, they are told by what an exchange is called.</summary>
internal sealed class EmbedCacheSession(TestServer server, TemporaryFolder data) : ReplaySession(server)
{
    private const string NoKey = "vec_00000000000000000000000000000000";

    private readonly Dictionary<string, string> _secrets = new() { ["unknown"] = NoKey };

    /// <summary>Makes the accounts that were made by hand: one that pays, one that does not.</summary>
    public async Task PrepareAsync(string domain)
    {
        var accounts = Server.Accounts!;
        foreach (var plan in new[] { "paid", "free" })
        {
            var (_, key) = await accounts.Users.CreateAsync(new NewUser($"{plan}@{domain}", "password-1234", $"embedcache-{plan}", ApiKey.EmbedCachePrefix), Scopes.All, null, TestContext.Current.CancellationToken);
            _secrets[plan] = key.Key;
        }

        var (user, revoked) = await accounts.Users.CreateAsync(new NewUser($"revoked@{domain}", "password-1234", "embedcache-paid", ApiKey.EmbedCachePrefix), Scopes.All, null, TestContext.Current.CancellationToken);
        await accounts.Keys.RevokeAsync(user.Id, revoked.Info.Prefix, Scopes.All, null, TestContext.Current.CancellationToken);
        _secrets["revoked"] = revoked.Key;
    }

    public override byte[] Request(Exchange exchange)
    {
        var replaced = exchange.Request.GetRawText()
            .Replace("vec_<32 hex>", _secrets[Whose(exchange)], StringComparison.Ordinal)
            .Replace("<jwt or signed cookie, 3 dot-separated parts>", _secrets.GetValueOrDefault("session", "e30.e30.c2ln"), StringComparison.Ordinal)
            .Replace("vec_<8 hex>", _secrets.GetValueOrDefault("prefix", "vec_00000000"), StringComparison.Ordinal);
        return RecordedRequest.Bytes(JsonDocument.Parse(replaced).RootElement, Server.Address);
    }

    public override void Learn(Exchange exchange, WireAnswer answer)
    {
        if (answer.Status != 200)
            return;
        switch (exchange.Name)
        {
            case "signup ok":
                _secrets["alice"] = Member(answer, "api_key");
                break;
            case "signup second account":
                _secrets["bob"] = Member(answer, "api_key");
                break;
            case "login ok":
                _secrets["session"] = Member(answer, "token");
                break;
            case "keys create with JWT":
                _secrets["prefix"] = Member(answer, "prefix");
                break;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        data.Dispose();
    }

    private static string Member(WireAnswer answer, string name) => JsonDocument.Parse(answer.Body).RootElement.GetProperty(name).GetString()!;

    private string Whose(Exchange exchange)
    {
        var name = exchange.Name;
        if (name == "embed unknown key")
            return "unknown";
        if (name == "embed with revoked key")
            return "revoked";
        if (exchange.Setup != "A")
            return name.StartsWith("free", StringComparison.Ordinal) ? "free" : "paid";
        if (name.StartsWith("other tenant", StringComparison.Ordinal) || name.StartsWith("batch free:", StringComparison.Ordinal) || name == "stats of tenant with only public hits")
            return "bob";
        var isFree = name.StartsWith("embed free", StringComparison.Ordinal) || name.StartsWith("batch free", StringComparison.Ordinal) || name.StartsWith("provider", StringComparison.Ordinal)
            || name.StartsWith("keys", StringComparison.Ordinal) || name.StartsWith("embed with old key", StringComparison.Ordinal) || name == "stats of BYOK tenant";
        return isFree ? "alice" : "paid";
    }
}
