using System.Text.Json;
using Quiver.Secrets;
using Quiver.Tests.Support;

namespace Quiver.Tests.Secrets;

/// <summary>Against an implementation of other makers, both ways.</summary>
public sealed class FernetPythonTests
{
    private static readonly int Count = Environment.GetEnvironmentVariable("QUIVER_LONG") == "1" ? 10_000 : 500;

    [Fact]
    public async Task Python_opens_our_tokens()
    {
        var random = new Random(141);
        var cases = Enumerable.Range(0, Count).Select(_ => (Key: FernetKey.Generate(), Plaintext: Some(random))).ToList();
        var lines = cases.Select(each => $$"""{"key":"{{each.Key.Export()}}","token":"{{Fernet.Encrypt(each.Key, each.Plaintext, DateTimeOffset.UnixEpoch.AddDays(20_000))}}"}""");

        var answers = await PythonScript.AskAsync("fernet.py", "cryptography", "python3-cryptography", lines);

        Assert.Equal(cases.Select(each => Convert.ToHexStringLower(each.Plaintext)), answers.Select(answer => answer.GetProperty("plaintext").GetString()));
    }

    [Fact]
    public async Task We_open_Python_s_tokens()
    {
        var random = new Random(142);
        var cases = Enumerable.Range(0, Count).Select(_ => (Key: FernetKey.Generate(), Plaintext: Some(random))).ToList();
        var lines = cases.Select(each => $$"""{"key":"{{each.Key.Export()}}","plaintext":"{{Convert.ToHexStringLower(each.Plaintext)}}"}""");

        var answers = await PythonScript.AskAsync("fernet.py", "cryptography", "python3-cryptography", lines);

        Assert.Equal(Count, answers.Count);
        foreach (var ((key, plaintext), answer) in cases.Zip(answers))
        {
            Assert.True(Fernet.TryDecrypt(key, TokenOf(answer), out var opened, out _));
            Assert.Equal(plaintext, opened);
        }
    }

    private static string TokenOf(JsonElement answer) => answer.GetProperty("token").GetString()!;

    private static byte[] Some(Random random)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }
}
