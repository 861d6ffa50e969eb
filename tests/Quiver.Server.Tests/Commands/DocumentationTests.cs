using System.CommandLine;
using System.CommandLine.Parsing;
using Quiver.Server.Commands;
using Quiver.Server.Configuration;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Commands;

/// <summary>What documentation tells people to type is accepted by the program, and what it links to exists.</summary>
public class DocumentationTests
{
    private static readonly string[] Pages =
    [
        .. Directory.GetFiles(TestData.RepositoryRoot, "*.md"),
        .. Directory.GetFiles(Path.Combine(TestData.RepositoryRoot, "docs"), "*.md", SearchOption.AllDirectories),
    ];

    [Fact]
    public void Every_example_of_every_help_page_parses()
    {
        var commands = WithSubcommands(QuiverCommand.Create()).OfType<DocumentedCommand>().ToArray();

        Assert.All(commands, command => Assert.All(command.Examples.Split('\n'), AssertAccepted));
        Assert.All(commands.Where(command => command.Subcommands.Count == 0), command => Assert.Contains("quiver ", command.Examples, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_quiver_command_in_a_shell_block_of_the_documentation_parses()
    {
        var lines = Pages.SelectMany(ShellLines).Where(line => line.Contains("quiver ", StringComparison.Ordinal)).ToArray();

        Assert.True(lines.Length >= 3, "The README shows commands.");
        Assert.All(lines, AssertAccepted);
    }

    [Fact]
    public void Every_relative_link_leads_somewhere()
    {
        var links = Pages.SelectMany(page => Links(page).Select(link => (Page: page, Target: link))).ToArray();

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(
            Path.Exists(Path.Combine(Path.GetDirectoryName(link.Page)!, link.Target)), $"{Path.GetFileName(link.Page)}: {link.Target}"));
    }

    [Fact]
    public void Every_option_is_in_the_command_line_page()
    {
        var page = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "docs", "command-line.md"));
        // Settings have a page of their own, made from their table: see ConfigurationReferenceTests.
        var options = WithSubcommands(QuiverCommand.Create())
            .SelectMany(command => command.Options)
            .Where(option => !option.Hidden)
            .Select(option => option.Name)
            .Except(Settings.All.Select(setting => setting.Flag));

        Assert.All(options, option => Assert.Contains(option, page, StringComparison.Ordinal));
    }

    private static IEnumerable<Command> WithSubcommands(Command command) => [command, .. command.Subcommands.SelectMany(WithSubcommands)];

    /// <summary>A line may be a pipeline or set variables; each part that starts Quiver is parsed.</summary>
    private static void AssertAccepted(string line)
    {
        if (line.TrimStart().StartsWith('#')) return;
        foreach (var part in line.Split('|').Select(part => part.Trim()))
        {
            string[] words = [.. CommandLineParser.SplitCommandLine(part).SkipWhile(word => word.Contains('=', StringComparison.Ordinal) && !word.StartsWith('-'))];
            if (words is not [var program, .. var arguments] || program is not ("quiver" or "./quiver")) continue;

            var parsed = CommandLine.Parse(QuiverCommand.Create(), arguments);
            Assert.True(parsed.Errors.Count == 0, $"{line}: {string.Join(" ", parsed.Errors)}");
        }
    }

    private static IEnumerable<string> ShellLines(string page)
    {
        var inside = false;
        foreach (var line in File.ReadLines(page))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inside = !inside && line == "```sh";
            else if (inside) yield return line;
        }
    }

    private static IEnumerable<string> Links(string page) =>
        from part in File.ReadAllText(page).Split("](").Skip(1)
        let target = part[..part.IndexOfAny([')', '#'])]
        where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
        select target;
}
