using System.Net;
using Quiver.Server.Documentation;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Admin;

public sealed class AdminRoutesTests
{
    [Fact]
    public async Task A_user_comes_with_a_key_that_is_shown_once()
    {
        await using var server = await AccountServer.StartAsync();
        var (id, key, prefix) = await server.AddUserAsync("ada@example.com");

        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(key, "a first text")).Status);
        Assert.StartsWith(prefix, key, StringComparison.Ordinal);
        foreach (var path in new[] { "/users", $"/users/{id}", "/users/ada@example.com", $"/users/{id}/keys", "/audit" })
        {
            var told = System.Text.Encoding.UTF8.GetString((await server.AdministerAsync("GET", path)).Bytes);
            Assert.Contains(path == "/audit" || path.EndsWith("keys", StringComparison.Ordinal) ? id : "ada@example.com", told, StringComparison.Ordinal);
            Assert.DoesNotContain(key[prefix.Length..], told, StringComparison.Ordinal);
            Assert.DoesNotContain("hash", told, StringComparison.OrdinalIgnoreCase);
        }

        await server.Server.StopAsync();
        Assert.DoesNotContain(key[prefix.Length..], server.Server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_a_key_for_administration_does_what_the_master_key_does_and_is_on_record()
    {
        await using var server = await AccountServer.StartAsync();
        var (admin, key, _) = await server.AddUserAsync("admin@example.com", isAdmin: true);

        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("POST", "/v1/admin/users", key, """{"email":"bob@example.com"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("POST", "/v1/admin/users", server.SessionOf(admin), """{"email":"eve@example.com"}""")).Status);

        var actors = (await server.AdministerAsync("GET", "/audit")).Json.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("actor").GetString());
        Assert.Equal([admin, admin, "usr_operator"], actors);
    }

    [Fact]
    public async Task An_administrators_key_with_less_than_everything_makes_no_key_with_more()
    {
        await using var server = await AccountServer.StartAsync();
        var (admin, _, _) = await server.AddUserAsync("admin@example.com", isAdmin: true);
        var (limited, _) = await server.AddKeyAsync(admin, """{"permissions":["admin"]}""");

        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("POST", $"/v1/admin/users/{admin}/keys", limited, "{}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("POST", $"/v1/admin/users/{admin}/keys", limited, """{"permissions":["search"]}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("POST", $"/v1/admin/users/{admin}/keys", limited, """{"permissions":["admin"]}""")).Status);
    }

    [Fact]
    public async Task An_administrators_key_with_less_than_everything_makes_no_user_who_can_do_more_and_changes_no_administrator()
    {
        await using var server = await AccountServer.StartAsync();
        var (admin, _, _) = await server.AddUserAsync("admin@example.com", isAdmin: true);
        var (other, _, prefix) = await server.AddUserAsync("other@example.com", isAdmin: true);
        var (user, _, _) = await server.AddUserAsync("user@example.com");
        var (limited, _) = await server.AddKeyAsync(admin, """{"permissions":["admin"]}""");
        var (searching, _) = await server.AddKeyAsync(admin, """{"permissions":["admin","search"]}""");

        Assert.Equal(403, await StatusAsync("POST", "", """{"email":"a@example.com"}"""));
        Assert.Equal(403, await StatusAsync("POST", "", """{"email":"a@example.com","admin":true}"""));
        Assert.Equal(403, await StatusAsync("POST", "", """{"email":"a@example.com","password":"correct horse"}"""));
        Assert.Equal(403, await StatusAsync("PATCH", $"/{other}", """{"password":"correct horse"}"""));
        Assert.Equal(403, await StatusAsync("PATCH", $"/{other}", """{"disabled":true}"""));
        Assert.Equal(403, await StatusAsync("PATCH", $"/{user}", """{"password":"correct horse"}"""));
        Assert.Equal(403, await StatusAsync("POST", $"/{other}/keys", """{"permissions":["admin"]}"""));
        Assert.Equal(403, await StatusAsync("DELETE", $"/{other}/keys/{prefix}", null));
        Assert.Equal(200, await StatusAsync("PATCH", $"/{user}", """{"disabled":true}"""));
        Assert.False((await server.AdministerAsync("GET", $"/users/{other}")).Json.GetProperty("disabled").GetBoolean());

        var made = (await server.SendAsync("POST", "/v1/admin/users", searching, """{"email":"b@example.com"}""")).Json;
        var keys = (await server.AdministerAsync("GET", $"/users/{made.GetProperty("id").GetString()}/keys")).Json.GetProperty("keys");
        Assert.Equal("""["search"]""", keys[0].GetProperty("permissions").GetRawText());

        async Task<int> StatusAsync(string method, string path, string? body) => (int)(await server.SendAsync(method, "/v1/admin/users" + path, limited, body)).Status;
    }

    [Fact]
    public async Task A_new_plan_and_disabling_hold_at_once_and_are_undone()
    {
        await using var server = await AccountServer.StartAsync();
        var (id, key, _) = await server.AddUserAsync("ada@example.com");

        Assert.Equal("fastembed-pro", (await server.AdministerAsync("PATCH", $"/users/{id}", """{"plan":"fastembed-pro"}""")).Json.GetProperty("plan").GetString());
        Assert.True((await server.AdministerAsync("PATCH", $"/users/{id}", """{"disabled":true}""")).Json.GetProperty("disabled").GetBoolean());
        await server.AdministerAsync("PATCH", $"/users/{id}", """{"disabled":false}""");
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(key, "enabled again")).Status);
    }

    [Theory]
    [InlineData("POST", "/users", """{"email":"bob@example.com","role":"admin"}""", 400)]
    [InlineData("POST", "/users", """{"email":"bob@example.com","email":"eve@example.com"}""", 400)]
    [InlineData("POST", "/users", """{"email":7}""", 400)]
    [InlineData("POST", "/users", """{"email":"\ud800@example.com"}""", 400)]
    [InlineData("POST", "/users", """{"admin":true}""", 400)]
    [InlineData("POST", "/users", """{"email":"bob@example.com","admin":"yes"}""", 400)]
    [InlineData("POST", "/users", """{"email":"bob@example.com","plan":"gold"}""", 400)]
    [InlineData("POST", "/users", """{"email":"bob@example.com","password":"short"}""", 400)]
    [InlineData("POST", "/users", "[]", 400)]
    [InlineData("POST", "/users", "{", 400)]
    [InlineData("POST", "/users", """{"email":"ADA@example.com"}""", 409)]
    [InlineData("PATCH", "/users/usr_nobody", """{"disabled":true}""", 404)]
    [InlineData("PATCH", "/users/usr_operator", """{"disabled":true}""", 400)]
    [InlineData("POST", "/users/ada@example.com/keys", """{"permissions":["everything"]}""", 400)]
    [InlineData("POST", "/users/ada@example.com/keys", """{"permissions":[]}""", 400)]
    [InlineData("POST", "/users/ada@example.com/keys", """{"permissions":["admin"]}""", 403)]
    [InlineData("POST", "/users/ada@example.com/keys", """{"expires_in_days":0}""", 400)]
    [InlineData("POST", "/users/ada@example.com/keys", """{"expires_in_days":1e999}""", 400)]
    [InlineData("POST", "/users/ada@example.com/keys", """{"key_prefix":"sk_"}""", 400)]
    [InlineData("DELETE", "/users/ada@example.com/keys/vec_00000000", null, 404)]
    [InlineData("POST", "/users/ada@example.com/keys", """{"permissions":["\ud800"]}""", 400)]
    [InlineData("GET", "/users?limit=0", null, 400)]
    [InlineData("GET", "/users?after=usr_%00", null, 400)]
    [InlineData("GET", "/users/usr_%01", null, 404)]
    public async Task What_cannot_be_is_refused(string method, string path, string? body, int status)
    {
        await using var server = await AccountServer.StartAsync();
        await server.AddUserAsync("ada@example.com");

        Assert.Equal(status, (int)(await server.SendAsync(method, "/v1/admin" + path, AccountServer.MasterKey, body)).Status);
        Assert.Equal(2, (await server.AdministerAsync("GET", "/users")).Json.GetProperty("users").GetArrayLength());
    }

    [Fact]
    public async Task Every_route_is_documented_and_plans_are_listed()
    {
        await using var server = await AccountServer.StartAsync();
        var documented = (await server.Server.GetAsync("/openapi.json")).Json.GetProperty("paths").EnumerateObject().Select(path => path.Name);

        Assert.All(server.Server.Endpoints.Where(endpoint => endpoint.DisplayName!.Contains("/v1/admin", StringComparison.Ordinal)), endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<RouteDocumentation>()));
        Assert.Contains("/v1/admin/users/{user}/keys/{prefix}", documented);
        Assert.Contains("embedcache-free", (await server.AdministerAsync("GET", "/plans")).Json.GetProperty("plans").EnumerateArray().Select(plan => plan.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Without_accounts_there_is_no_admin_API()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync("/v1/admin/users")).Status);
    }
}
