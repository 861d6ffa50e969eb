using System.Text.RegularExpressions;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Configuration;

public sealed partial class ConfigurationReferenceTests
{
    [Theory]
    [InlineData("quiver.yaml", "./quiver config reference > docs/quiver.yaml")]
    [InlineData("configuration.md", "./quiver config reference --markdown > docs/configuration.md")]
    public void Documentation_is_what_the_table_says(string page, string command)
    {
        var expected = page == "quiver.yaml" ? ConfigurationReference.Yaml() : ConfigurationReference.Markdown();
        var path = Path.Combine(TestData.RepositoryRoot, "docs", page);
        Assert.True(File.Exists(path) && File.ReadAllText(path) == expected, $"docs/{page} is not up to date. Run: {command}");
    }

    [Fact]
    public void The_reference_as_it_stands_sets_nothing()
    {
        var problems = new List<string>();
        Assert.Empty(YamlSettings.Read(Path.Combine(TestData.RepositoryRoot, "docs", "quiver.yaml"), problems));
        Assert.Empty(problems);
    }

    [Fact]
    public void The_reference_without_its_comment_signs_names_every_setting_with_its_default()
    {
        using var folder = new TemporaryFolder();
        var yaml = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "docs", "quiver.yaml"));
        var problems = new List<string>();
        var assignments = YamlSettings.Read(folder.Write("quiver.yaml", CommentedSetting().Replace(yaml, "$1")), problems);

        Assert.Empty(problems);
        var defaults = new ServeOptions();
        Assert.Equal(Settings.All.Count, CommentedSetting().Count(yaml));
        Assert.Equal(
            Settings.All.Where(setting => setting.ValueIn(defaults) is not [] || setting.Shape is SettingShape.List or SettingShape.Pairs),
            assignments.Select(assignment => assignment.Setting));
        Assert.All(assignments, assignment => Assert.Equal(assignment.Setting.ValueIn(defaults), assignment.Setting.ValueIn(assignment.Setting.Apply(defaults, assignment.Texts))));
    }

    [Fact]
    public void Help_of_serve_has_every_setting()
    {
        var serve = Quiver.Server.Commands.QuiverCommand.Create().Subcommands.Single(command => command.Name == "serve");
        Assert.Empty(Settings.All.Select(setting => setting.Flag).Except(serve.Options.Select(option => option.Name)));
    }

    [GeneratedRegex("^( *)#(?! )", RegexOptions.Multiline)]
    private static partial Regex CommentedSetting();
}
