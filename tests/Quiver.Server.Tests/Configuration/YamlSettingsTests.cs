using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Configuration;

public sealed class YamlSettingsTests
{
    [Fact]
    public void Settings_are_read_with_their_lines()
    {
        var (assignments, problems) = Read("""
            # A comment
            server:
              host: 0.0.0.0
              timeouts: { request: 60 }
            models:
              serve: [all-MiniLM-L6-v2, "/models/other, with comma"]
              aliases:
                text-embedding-3-small: all-MiniLM-L6-v2
                "with = in it": never
              auto_truncate: yes
            compat: fastembed
            """.Replace("    \"with = in it\": never\n", "", StringComparison.Ordinal));

        Assert.Empty(problems);
        Assert.Equal(
            [
                "server.host=0.0.0.0 :3",
                "server.timeouts.request=60 :4",
                "models.serve=all-MiniLM-L6-v2|/models/other, with comma :6",
                "models.aliases=text-embedding-3-small=all-MiniLM-L6-v2 :8",
                "models.auto_truncate=yes :9",
                "compat=fastembed :10",
            ],
            assignments);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("server:\nauth:\n  api_key:\n  api_key_file: ~\nmodels: null\n")]
    [InlineData("server: {port: ''}")]
    public void What_has_no_value_is_not_set(string yaml)
    {
        var (assignments, problems) = Read(yaml);
        Assert.Empty(problems);
        Assert.Empty(assignments);
    }

    [Theory]
    [InlineData("server:\n  prot: 1", ":2: there is no setting server.prot. Did you mean server.port?")]
    [InlineData("sever:\n  port: 1", ":1: there is no setting sever. Did you mean server?")]
    [InlineData("port: 1", ":1: there is no setting port. Did you mean server.port?")]
    [InlineData("server:\n  api-key: x", ":2: there is no setting server.api-key. Did you mean auth.api_key?")]
    [InlineData("books: { url: x }", ":1: there is no setting books.")]
    [InlineData("server:\n  port: 1\n\n  port: 2", ":4: port stands on line 2 already.")]
    [InlineData("server:\n  port: 1\nserver:\n  host: x", ":3: server stands on line 1 already.")]
    [InlineData("models:\n  aliases:\n    a: x\n    a: y", ":4: a stands on line 3 already.")]
    [InlineData("server: 8000", ":1: server holds settings, each on a line of its own: NAME: VALUE.")]
    [InlineData("- server", ":1: the file holds settings, each on a line of its own: NAME: VALUE.")]
    [InlineData("server:\n  port: [1, 2]", ":2: server.port takes a whole number from 0 to 65535.")]
    [InlineData("server:\n  port: { a: b }", ":2: server.port takes a whole number from 0 to 65535.")]
    [InlineData("models:\n  serve: { a: b }", ":2: models.serve takes names of models, or folders.")]
    [InlineData("models:\n  serve: [[a]]", ":2: models.serve takes names of models, or folders.")]
    [InlineData("models:\n  serve: [a, '']", ":2: models.serve takes names of models, or folders.")]
    [InlineData("models:\n  aliases: [a=b]", ":2: models.aliases takes names, each with the model it stands for: NAME=MODEL, written NAME: MODEL.")]
    [InlineData("[a]: b\nserver: {port: 1}", ":1: a name is one word.")]
    [InlineData("server: {}\n---\nserver: {}", ":2: one document is enough.")]
    public void A_mistake_is_named_with_its_line(string yaml, string problem) => Assert.Equal([problem], Read(yaml).Problems);

    [Theory]
    [InlineData("server: {", 2)]
    [InlineData("server:\n\tport: 1", 1)]
    [InlineData("a: b: c", 1)]
    [InlineData("server: &x {port: 1}\nauth: *x", 2)]
    public void What_is_no_YAML_or_more_than_settings_need_is_refused_with_its_line(string yaml, int line) =>
        Assert.StartsWith($":{line}: ", Read(yaml).Problems[^1], StringComparison.Ordinal);

    [Fact]
    public void Every_mistake_is_told_at_once() => Assert.Equal(3, Read("a: 1\nserver:\n  b: 2\n  port: [3]\n").Problems.Count);

    [Fact]
    public void A_file_too_large_for_settings_is_not_read()
    {
        var problem = Assert.Single(Read(new string('#', 1024 * 1024 + 1)).Problems);
        Assert.Contains("larger than 1 MiB", problem, StringComparison.Ordinal);
    }

    private static (List<string> Assignments, List<string> Problems) Read(string yaml)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("quiver.yaml", yaml);
        var problems = new List<string>();
        var assignments = YamlSettings.Read(file, problems);
        Assert.All(assignments, assignment => Assert.StartsWith(file + ":", assignment.Source, StringComparison.Ordinal));
        return (
            [.. assignments.Select(assignment => $"{assignment.Setting.Path}={string.Join('|', assignment.Texts)} {assignment.Source[file.Length..]}")],
            [.. problems.Select(problem => problem.Replace(file, "", StringComparison.Ordinal))]);
    }
}
