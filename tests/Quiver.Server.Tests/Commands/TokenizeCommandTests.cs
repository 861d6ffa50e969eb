using System.Text.Json;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public sealed class TokenizeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Golden cases are valid input as they are: they carry text, pair, max_length, strategy and add_special_tokens.</summary>
    [Theory]
    [InlineData("bert_uncased")]
    [InlineData("bpe_gpt4")]
    [InlineData("clip")]
    [InlineData("unigram_xlmr")]
    [InlineData("spm_bpe_gemma")]
    public async Task Golden_cases_give_golden_ids_tokens_and_offsets(string kind)
    {
        await File.WriteAllBytesAsync(_folder.File("tokenizer.json"), TestData.ReadAll($"tokenizers/{kind}/tokenizer.json"), TestContext.Current.CancellationToken);
        var cases = TestData.ReadAll($"tokenizers/{kind}/cases.jsonl");

        var run = await QuiverRun.WithInputAsync(cases, "tokenize", "--tokenizer", _folder.File("tokenizer.json"), "--input-format", "jsonl", "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var golden = TestData.Cases($"tokenizers/{kind}/cases.jsonl").ToArray();
        Assert.Equal(golden.Length, run.OutputLines.Length);
        foreach (var (line, expected) in run.OutputLines.Zip(golden))
        {
            using var actual = JsonDocument.Parse(line);
            Assert.Equal(["ids", "tokens", "offsets", "type_ids"], actual.RootElement.EnumerateObject().Select(member => member.Name));
            foreach (var member in actual.RootElement.EnumerateObject())
            {
                // Long cases come without tokens and offsets.
                if (expected.TryGetProperty(member.Name, out var value))
                    Assert.True(JsonElement.DeepEquals(value, member.Value), $"{expected.GetProperty("id")}: {member.Name} {value} but got {member.Value}");
            }
        }
    }

    [Fact]
    public async Task The_default_is_one_line_of_ids_per_text_for_the_default_model()
    {
        var run = await QuiverRun.WithInputAsync("hello world\n\nhello\n", "tokenize");

        Assert.Equal((0, "101 7592 2088 102\n101 102\n101 7592 102\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Texts_are_cut_to_the_models_limit_unless_asked_otherwise()
    {
        var text = string.Concat(Enumerable.Repeat("hello ", 300));

        var cut = await QuiverRun.WithInputAsync(text, "tokenize");
        var whole = await QuiverRun.WithInputAsync(text, "tokenize", "--no-truncation");

        Assert.Equal((256, 302), (cut.Output.Split(' ').Length, whole.Output.Split(' ').Length));
    }

    [Fact]
    public async Task A_strategy_nobody_knows_is_named_by_its_line()
    {
        var run = await QuiverRun.WithInputAsync("{\"text\":\"a\"}\n{\"text\":\"a\",\"strategy\":\"both\"}\n", "tokenize", "--input-format", "jsonl");

        Assert.Equal((2, "101 1037 102\n"), (run.ExitCode, run.Output));
        Assert.Equal("quiver: standard input, line 2: \"strategy\" is not longest_first, only_first or only_second\n", run.Error);
    }

    [Theory]
    [InlineData("{\"text\":\"a\",\"max_length\":1}", "the special tokens alone are more than 1 tokens")]
    [InlineData("{\"text\":\"a\",\"pair\":\"b\",\"max_length\":2}", "the special tokens alone are more than 2 tokens")]
    [InlineData(
        "{\"text\":\"one two three\",\"max_length\":3,\"strategy\":\"only_second\"}",
        "cannot be cut to 3 tokens: the text that \"strategy\" names is missing or too short")]
    [InlineData(
        "{\"text\":\"one two three\",\"pair\":\"b\",\"max_length\":4,\"strategy\":\"only_second\"}",
        "cannot be cut to 4 tokens: the text that \"strategy\" names is missing or too short")]
    public async Task A_text_that_cannot_be_cut_as_asked_is_named_by_its_line(string line, string problem)
    {
        var input = "{\"text\":\"hello\"}\n" + line;

        var ids = await QuiverRun.WithInputAsync(input, "tokenize", "--input-format", "jsonl");
        var json = await QuiverRun.WithInputAsync(input, "tokenize", "--input-format", "jsonl", "--json");

        Assert.Equal((2, "101 7592 102\n", $"quiver: standard input, line 2: {problem}\n"), (ids.ExitCode, ids.Output, ids.Error));
        Assert.Equal((2, 1, ids.Error), (json.ExitCode, json.OutputLines.Length, json.Error));
    }

    /// <summary>Some lines take the short way, where only ids are found, and some the long one.</summary>
    [Fact]
    public async Task Golden_cases_give_golden_ids_without_json_too()
    {
        await File.WriteAllBytesAsync(_folder.File("tokenizer.json"), TestData.ReadAll("tokenizers/bert_uncased/tokenizer.json"), TestContext.Current.CancellationToken);
        var cases = TestData.ReadAll("tokenizers/bert_uncased/cases.jsonl");

        var run = await QuiverRun.WithInputAsync(cases, "tokenize", "--tokenizer", _folder.File("tokenizer.json"), "--input-format", "jsonl");

        var golden = TestData.Cases("tokenizers/bert_uncased/cases.jsonl").Select(line => string.Join(' ', line.GetProperty("ids").EnumerateArray()));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(golden, run.Output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_model_and_a_tokenizer_together_are_a_usage_error()
    {
        var run = await QuiverRun.Async("tokenize", "--model", "all-MiniLM-L6-v2", "--tokenizer", "tokenizer.json");

        Assert.Equal((1, "quiver: Give --model or --tokenizer, not both.\n"), (run.ExitCode, run.Error));
    }
}
