using Quiver.Server.Configuration;

namespace Quiver.Server.Tests.Configuration;

/// <summary>What holds for every entry of the table, also for those yet to come.</summary>
public sealed class SettingsTests
{
    /// <summary>Texts of every type of setting; a setting is tried with the first that it takes and that is not its default.</summary>
    private static readonly string[] Samples =
        ["true", "false", "7", "64KiB", "64MiB", "0.5", "f32", "json", "debug", "192.0.2.0/24", "192.0.2.1", "open", "https://app.example", "http://collector.example:4318", "fastembed", "a=b", "0123456789abcdef", "tkr-embed", "redis://redis.example:6379/0", "api.example.com", "float16", "closed"];

    public static TheoryData<string> Paths => [.. Settings.All.Select(setting => setting.Path)];

    [Fact]
    public void Names_are_unique_and_of_one_form()
    {
        Assert.Equal(Settings.All.Count, Settings.All.Select(setting => setting.Path).Distinct().Count());
        Assert.Equal(Settings.All.Count, Settings.All.Select(setting => setting.Variable).Distinct().Count());
        Assert.All(Settings.All, setting => Assert.Matches("^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)*$", setting.Path));
        Assert.All(Settings.All, setting => Assert.Matches("^--[a-z][a-z0-9-]*$", setting.Flag));
        Assert.DoesNotContain(Settings.All, setting => Settings.IsSection(setting.Path));
    }

    [Fact]
    public void Settings_of_a_section_stand_together()
    {
        var sections = Settings.All.Select(setting => setting.Path[..Math.Max(0, setting.Path.LastIndexOf('.'))]).ToList();
        var runs = sections.Where((section, i) => i == 0 || sections[i - 1] != section).ToList();
        Assert.Equal(runs.Distinct(), runs);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_setting_reaches_its_own_option_and_no_other(string path)
    {
        var setting = Settings.Find(path)!;
        var defaults = new ServeOptions();
        var sample = Samples.First(text => setting.Accepts([text]) && !setting.ValueIn(defaults).SequenceEqual([text]));

        var changed = setting.Apply(defaults, [sample]);

        Assert.Equal([sample], setting.ValueIn(changed));
        Assert.All(Settings.All.Where(other => other != setting), other => Assert.Equal(other.ValueIn(defaults), other.ValueIn(changed)));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_default_is_a_value_that_the_setting_takes(string path)
    {
        var setting = Settings.Find(path)!;
        var defaults = setting.ValueIn(new ServeOptions());
        if (defaults is not [])
            Assert.Equal(defaults, setting.ValueIn(setting.Apply(new ServeOptions(), defaults)));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_setting_is_described_in_sentences_and_names_no_profile_that_is_unknown(string path)
    {
        var setting = Settings.Find(path)!;
        Assert.EndsWith(".", setting.Description, StringComparison.Ordinal);
        Assert.All(setting.ServiceVariables, name => Assert.Contains(Profile.All, profile => profile.Name == name.Profile && !profile.Unused.ContainsKey(name.Variable)));
    }

    [Theory]
    [InlineData("server.port", "0", "65535", "8080")]
    [InlineData("server.host", "localhost", "0.0.0.0", "::1")]
    [InlineData("server.timeouts.request", "0.001", "86400", "1e1")]
    [InlineData("models.auto_truncate", "on", "OFF", "1", "No")]
    [InlineData("server.trusted_proxies", "10.0.0.0/8", "127.0.0.1", "::1", "fd00::/8")]
    [InlineData("server.cors.origins", "*", "https://app.example", "http://localhost:3000", "http://[::1]:3000")]
    [InlineData("models.precision", "int16", "f32")]
    public void Values_in_range_are_taken(string path, params string[] texts) =>
        Assert.All(texts, text => Assert.True(Settings.Find(path)!.Accepts([text]), text));

    [Theory]
    [InlineData("server.port", "-1", "65536", "x", "1.5", "0x10", " ")]
    [InlineData("server.host", "example.org", "Localhost", "10.0.0.0/8", "7", "127.1", "0x7f000001")]
    [InlineData("server.timeouts.request", "0", "NaN", "Infinity", "86401", "5 s")]
    [InlineData("models.auto_truncate", "2", "y", "wahr")]
    [InlineData("models.precision", "int8", "F32")]
    [InlineData("models.aliases", "name", "=model", "name=", "a=b=c")]
    [InlineData("server.trusted_proxies", "10.0.0.0/33", "10.1.2.3/8", "10/8", "7", "proxy")]
    [InlineData("server.cors.origins", "https://app.example/", "app.example", "https://user@app.example", "ftp://app.example", "https://app.example:443", "null")]
    [InlineData("compat", "tie", "FASTEMBED")]
    public void Values_out_of_range_are_not(string path, params string[] texts) =>
        Assert.All(texts, text => Assert.False(Settings.Find(path)!.Accepts([text]), text));
}
