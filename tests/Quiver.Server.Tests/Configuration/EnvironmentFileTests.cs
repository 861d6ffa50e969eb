using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Configuration;

public sealed class EnvironmentFileTests
{
    [Theory]
    [InlineData("A=b", "b")]
    [InlineData("A=", "")]
    [InlineData("  A = b c  ", "b c")]
    [InlineData("export A=b", "b")]
    [InlineData("A=b # comment", "b")]
    [InlineData("A=b#c", "b#c")]
    [InlineData("A=# comment", "")]
    [InlineData("A=\"b # c\" # comment", "b # c")]
    [InlineData("A='b \"c\" \\n $d'", "b \"c\" \\n $d")]
    [InlineData("A=\"b \\\"c\\\"\\n\\td\\\\\"", "b \"c\"\n\td\\")]
    [InlineData("A=\"b\nc\"", "b\nc")]
    [InlineData("A='b\nc'", "b\nc")]
    [InlineData("A=b=c==", "b=c==")]
    [InlineData("A=b\r\n# comment\r\n\r\n", "b")]
    [InlineData("A=p@ss$word", "p@ss$word")]
    public void A_value_is_read_as_shells_and_dotenv_do(string text, string value)
    {
        var (variables, problems) = Read(text);
        Assert.Empty(problems);
        var variable = Assert.Single(variables);
        Assert.Equal(("A", value, false), (variable.Name, variable.Value, variable.HasReference));
    }

    [Fact]
    public void Each_variable_knows_its_line_also_behind_values_of_several_lines()
    {
        var (variables, problems) = Read("\n# c\nA='x\ny'\nB=\"1\n2\n3\"\nC=z");
        Assert.Empty(problems);
        Assert.Equal([":3 A", ":5 B", ":8 C"], variables.Select(variable => variable.Source));
    }

    [Theory]
    [InlineData("A=${B}", true)]
    [InlineData("A=\"x${B}y\"", true)]
    [InlineData("A='${B}'", false)]
    public void A_reference_is_noticed_unless_it_is_quoted_as_it_is(string text, bool hasReference) =>
        Assert.Equal(hasReference, Assert.Single(Read(text).Variables).HasReference);

    [Theory]
    [InlineData("canary", ":1: write NAME=VALUE.")]
    [InlineData("A=b\n=canary", ":2: write NAME=VALUE.")]
    [InlineData("A='canary", ":1: write NAME=VALUE.")]
    [InlineData("A='b' canary", ":1: write NAME=VALUE.")]
    [InlineData("A B=canary", ":1: write NAME=VALUE.")]
    [InlineData("A=b\n\nA=canary", ":3: A stands in the file already (:1 A).")]
    public void A_mistake_is_named_with_its_line_and_without_its_value(string text, string problem) => Assert.Equal([problem], Read(text).Problems);

    private static (List<EnvironmentFile.Variable> Variables, List<string> Problems) Read(string text)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(".env", text);
        var problems = new List<string>();
        var variables = EnvironmentFile.Read(file, problems);
        return (
            [.. variables.Select(variable => variable with { Source = variable.Source[file.Length..] })],
            [.. problems.Select(problem => problem.Replace(file, "", StringComparison.Ordinal))]);
    }
}
