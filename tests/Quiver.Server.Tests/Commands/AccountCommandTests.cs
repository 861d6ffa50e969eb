using Quiver.Accounts;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public sealed class AccountCommandTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    [Fact]
    public async Task A_user_is_made_listed_changed_and_disabled()
    {
        var made = await RunAsync("users", "create", "ada@example.com", "--plan", "embedcache-paid", "--key-prefix", "fe_");
        var key = Assert.Single(made.OutputLines);
        Assert.True(ApiKey.IsPossible(key));
        Assert.StartsWith("fe_", key, StringComparison.Ordinal);
        Assert.DoesNotContain(key, made.Error, StringComparison.Ordinal);

        Assert.Contains("ada@example.com  embedcache-paid  enabled", (await RunAsync("users", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("fastembed-pro, enabled", (await RunAsync("users", "change", "ada@example.com", "--plan", "fastembed-pro")).Output, StringComparison.Ordinal);
        Assert.Contains("disabled", (await RunAsync("users", "disable", "ada@example.com")).Output, StringComparison.Ordinal);
        Assert.Contains("enabled", (await RunAsync("users", "change", "ada@example.com", "--enable")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_made_listed_and_revoked()
    {
        await RunAsync("users", "create-admin", "admin@example.com");
        var key = Assert.Single((await RunAsync("keys", "create", "admin@example.com", "--name", "laptop", "--permission", "embed:text", "--permission", "admin")).OutputLines);

        Assert.Contains($"{key[..12]}  laptop  embed:text admin  good", (await RunAsync("keys", "list", "admin@example.com")).Output, StringComparison.Ordinal);
        await RunAsync("keys", "revoke", "admin@example.com", key[..12]);
        Assert.Contains($"{key[..12]}  laptop  embed:text admin  revoked", (await RunAsync("keys", "list", "admin@example.com")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "There is no such user.", "keys", "list", "nobody@example.com")]
    [InlineData(2, "That is no email address.", "users", "create", "nobody")]
    [InlineData(2, "There is no plan of that name.", "users", "create", "ada@example.com", "--plan", "gold")]
    [InlineData(1, "--permission is one of", "keys", "create", "ada@example.com", "--permission", "everything")]
    [InlineData(1, "Say what to change", "users", "change", "ada@example.com")]
    public async Task A_mistake_is_told_in_a_line(int exitCode, string problem, params string[] arguments)
    {
        var run = await QuiverRun.Async([.. arguments, "--data-dir", _data.Path]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task A_password_comes_from_standard_input_and_no_secret_of_sessions_is_made()
    {
        var run = await QuiverRun.WithInputAsync("correct horse\n", "users", "create", "ada@example.com", "--password", "--data-dir", _data.Path);

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("correct horse", run.Output + run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_data.File("jwt.secret")));
    }

    [Fact]
    public async Task Plans_are_listed_with_their_limits()
    {
        var run = await QuiverRun.Async("plans", "list");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(run.OutputLines, line => line.StartsWith("embedcache-free ", StringComparison.Ordinal) && line.EndsWith("1000 items a day, own provider only", StringComparison.Ordinal));
    }

    public void Dispose() => _data.Dispose();

    private async Task<QuiverRun> RunAsync(params string[] arguments)
    {
        var run = await QuiverRun.Async([.. arguments, "--data-dir", _data.Path]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }
}
