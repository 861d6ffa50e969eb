using System.Net.Http.Headers;
using Quiver.Accounts.Sessions;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;

namespace Quiver.Server.Tests.Support;

/// <summary>A <see cref="TestServer"/> with users and keys, made over its own admin API.</summary>
internal sealed class AccountServer : IAsyncDisposable
{
    public const string MasterKey = "0123456789abcdef-master";

    private const string Secret = "a secret of more than thirty-two bytes";

    private readonly TemporaryFolder _folder;
    private readonly TimeProvider _time;

    private AccountServer(TestServer server, TemporaryFolder folder, TimeProvider time) => (Server, _folder, _time) = (server, folder, time);

    public TestServer Server { get; }

    /// <param name="configure">Changes what the server is started with.</param>
    public static async Task<AccountServer> StartAsync(TimeProvider? time = null, Func<ServeOptions, ServeOptions>? configure = null)
    {
        var folder = new TemporaryFolder();
        time ??= TimeProvider.System;
        var options = new ServeOptions { Auth = AuthMode.Multi, ApiKey = MasterKey, DataFolder = folder.Path, JwtSecret = Secret };
        return new AccountServer(await TestServer.StartAsync(configure?.Invoke(options) ?? options, time: time), folder, time);
    }

    /// <summary>Sends a request with a key, or a session's token.</summary>
    public Task<Answer> SendAsync(string method, string path, string? credential, string? body = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (credential is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return Server.SendAsync(request);
    }

    /// <summary>POST /v1/embeddings of one text.</summary>
    public Task<Answer> EmbedAsync(string? credential, string text) => SendAsync("POST", "/v1/embeddings", credential, $$"""{"model":"fake","input":"{{text}}"}""");

    /// <summary>The same as the holder of the master key, where it has to succeed.</summary>
    public async Task<Answer> AdministerAsync(string method, string path, string? body = null)
    {
        var answer = await SendAsync(method, "/v1/admin" + path, MasterKey, body);
        Assert.True((int)answer.Status == 200, $"{method} {path}: {answer.Status} {System.Text.Encoding.UTF8.GetString(answer.Bytes)}");
        return answer;
    }

    public async Task<(string Id, string Key, string Prefix)> AddUserAsync(string email, bool isAdmin = false)
    {
        var user = (await AdministerAsync("POST", "/users", $$"""{"email":"{{email}}","admin":{{(isAdmin ? "true" : "false")}}}""")).Json;
        return (user.GetProperty("id").GetString()!, user.GetProperty("api_key").GetString()!, user.GetProperty("api_key_prefix").GetString()!);
    }

    /// <param name="body">"{}" for a key for everything.</param>
    public async Task<(string Key, string Prefix)> AddKeyAsync(string user, string body)
    {
        var key = (await AdministerAsync("POST", $"/users/{user}/keys", body)).Json;
        return (key.GetProperty("api_key").GetString()!, key.GetProperty("api_key_prefix").GetString()!);
    }

    /// <summary>A session's token as log-in gives one to a user who never logged out.</summary>
    public string SessionOf(string userId) => new SessionTokens(SigningSecret.OfText(Secret, [], out _), null, _time).Create(userId, generation: 0);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
