using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Quiver.Accounts;
using Quiver.Server.Auth;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Auth;

/// <summary>Every route of the server × everything that is no good at its door. The routes are those that the server has, not a list.</summary>
public sealed partial class RouteMatrixTests
{
    [Fact]
    public async Task What_is_no_good_opens_no_route_and_gets_one_answer()
    {
        var time = new ManualTime();
        await using var server = await AccountServer.StartAsync(time);
        var bad = await NoGoodAsync(server, time);
        var routes = Routes(server).ToList();

        Assert.True(routes.Count > 30, $"There are {routes.Count} routes.");
        foreach (var (method, path, access) in routes)
        {
            var none = await server.SendAsync(method, path, null, "{}");
            Assert.True((none.Status == HttpStatusCode.Unauthorized) == !access.IsAnyone, $"{method} {path} without a key: {none.Status}");
            if (access.IsAnyone)
                continue;
            var answers = new HashSet<(bool, string)>();
            foreach (var (what, credential) in bad)
            {
                var answer = await server.SendAsync(method, path, credential, "{}");
                Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{method} {path} with {what}: {answer.Status}");
                Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
                // Two dialects share a path, and the prefix of a key says which of them is asked.
                answers.Add((credential.StartsWith(ApiKey.EmbedCachePrefix, StringComparison.Ordinal), $"{answer.Header("Content-Type")} {RequestId().Replace(System.Text.Encoding.UTF8.GetString(answer.Bytes), "")}"));
            }

            Assert.True(answers.Count == 2, $"{method} {path} tells apart: {string.Join(" | ", answers)}");
        }
    }

    [Fact]
    public async Task A_good_credential_of_the_wrong_kind_or_without_the_permission_opens_nothing()
    {
        await using var server = await AccountServer.StartAsync();
        var (user, key, _) = await server.AddUserAsync("ada@example.com");
        var session = server.SessionOf(user);
        var files = (await server.AddKeyAsync(user, """{"permissions":["files"]}""")).Key;

        foreach (var (method, path, access) in Routes(server).Where(route => !route.Access.IsAnyone))
        {
            var byKey = await server.SendAsync(method, path, key, "{}");
            var bySession = await server.SendAsync(method, path, session, "{}");
            var byFiles = await server.SendAsync(method, path, files, "{}");

            var isAdmins = access.Scopes == Scopes.Admin;
            Expect(byKey, access.TakesKey, isAdmins, $"{method} {path} with a key");
            Expect(bySession, access.TakesSession, isAdmins, $"{method} {path} with a session");
            Expect(byFiles, access.TakesKey, (access.Scopes & Scopes.Files) == Scopes.None, $"{method} {path} with a key for files");
        }

        static void Expect(Answer answer, bool isTaken, bool isForbidden, string what)
        {
            var isRight = (isTaken, isForbidden) switch
            {
                (false, _) => answer.Status == HttpStatusCode.Unauthorized,
                (_, true) => answer.Status == HttpStatusCode.Forbidden,
                _ => answer.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden),
            };
            Assert.True(isRight, $"{what}: {answer.Status}");
        }
    }

    [Fact]
    public async Task A_path_that_is_none_tells_strangers_nothing()
    {
        await using var server = await AccountServer.StartAsync();
        var (_, key, _) = await server.AddUserAsync("ada@example.com");

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.SendAsync("GET", "/nothing/here", null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.SendAsync("DELETE", "/v1/embeddings", null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync("GET", "/nothing/here", key)).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.SendAsync("DELETE", "/v1/embeddings", key)).Status);
    }

    /// <summary>Each was good once, or looks as if it could be.</summary>
    private static async Task<List<(string What, string Credential)>> NoGoodAsync(AccountServer server, ManualTime time)
    {
        var (user, revoked, prefix) = await server.AddUserAsync("revoked@example.com", isAdmin: true);
        var (expired, _) = await server.AddKeyAsync(user, """{"expires_in_days":1}""");
        var (disabled, disabledKey, _) = await server.AddUserAsync("disabled@example.com", isAdmin: true);
        var oldSession = server.SessionOf(user);
        foreach (var good in new[] { revoked, expired, disabledKey })
            Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("GET", "/v1/admin/plans", good)).Status);

        await server.AdministerAsync("DELETE", $"/users/{user}/keys/{prefix}");
        await server.AdministerAsync("PATCH", $"/users/{disabled}", """{"disabled":true}""");
        time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        var forged = server.SessionOf(user);
        return
        [
            ("nonsense", "nonsense"),
            ("a key of another service", "sk-0123456789abcdef0123456789abcdef"),
            ("a key that never was", ApiKey.Create(ApiKey.EmbedCachePrefix)),
            ("an old form of key that never was", "vec_0123456789abcdef0123456789abcdef"),
            ("a revoked key", revoked),
            ("an expired key", expired),
            ("a disabled user's key", disabledKey),
            ("a disabled user's session", server.SessionOf(disabled)),
            ("an expired session", oldSession),
            ("a forged session", forged[..^2] + (forged[^2] == 'A' ? "BA" : "AA")),
            ("a session of nobody", server.SessionOf("usr_nobody")),
            ("the hash of a key", Convert.ToHexStringLower(KeyHash.Of(revoked).ToArray())),
            ("nearly the master key", AccountServer.MasterKey[..^1]),
        ];
    }

    private static IEnumerable<(string Method, string Path, Access Access)> Routes(AccountServer server) =>
        from endpoint in server.Server.Endpoints.Cast<RouteEndpoint>()
        // Open to this machine, from which these tests call.
        where endpoint.Metadata.GetMetadata<OpenToThisMachine>() is null
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Where(method => method != "HEAD")
        select (method, "/" + Parameter().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), "nobody"), endpoint.Metadata.GetMetadata<Access>()!);

    [GeneratedRegex("req_[0-9a-f]{32}")]
    private static partial Regex RequestId();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
