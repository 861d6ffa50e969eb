using Quiver.Server.Commands;
using Quiver.Server.Commands.Formats;

namespace Quiver.Server.Tests.Commands.Formats;

public class InputReaderTests
{
    [Fact]
    public async Task Each_line_is_a_text_and_empty_lines_keep_their_number()
    {
        var records = await ReadAsync("a\n\n b \n", InputFormat.Lines);

        Assert.Equal(["a", "", " b "], records.Select(record => record.Text));
        Assert.Equal([0, 1, 2], records.Select(record => record.Index));
        Assert.Equal([1, 2, 3], records.Select(record => record.Line));
    }

    [Fact]
    public async Task Blank_lines_between_objects_count_as_lines_but_not_as_texts()
    {
        var records = await ReadAsync("{\"text\":\"a\"}\n\n \t\r\n{\"id\":7,\"text\":\"\\u00e9\\ud83d\\ude00\"}\n", InputFormat.Jsonl);

        Assert.Equal(["a", "é😀"], records.Select(record => record.Text));
        Assert.Equal([0, 1], records.Select(record => record.Index));
        Assert.Equal([1, 4], records.Select(record => record.Line));
    }

    [Fact]
    public async Task An_object_may_carry_what_tokenize_understands()
    {
        var line = """{"pair":"b","text":"a","max_length":5,"strategy":"only_first","add_special_tokens":false,"vector":[[1],{"text":"no"}]}""";
        var record = Assert.Single(await ReadAsync(line, InputFormat.Jsonl));

        Assert.Equal(
            new InputRecord(0, 1, "a") { Pair = "b", MaxLength = 5, Strategy = "only_first", AddSpecialTokens = false },
            record);
    }

    [Fact]
    public async Task Where_only_texts_count_the_other_members_may_be_anything()
    {
        var line = """{"pair":["b"],"text":"a","max_length":"long","strategy":7,"strategy":8,"add_special_tokens":"no"}""";
        var record = Assert.Single(await ReadAsync(line, InputFormat.Jsonl, textOnly: true));

        Assert.Equal(new InputRecord(0, 1, "a"), record);
    }

    [Fact]
    public async Task A_member_that_is_null_counts_as_absent()
    {
        var line = """{"text":"a","pair":null,"max_length":null,"strategy":null,"add_special_tokens":null}""";
        var record = Assert.Single(await ReadAsync(line, InputFormat.Jsonl));

        Assert.Equal(new InputRecord(0, 1, "a"), record);
    }

    [Theory]
    [InlineData("secret", "not valid JSON at byte 1")]
    [InlineData("{\"text\":\"secret\"", "not valid JSON at byte 17")]
    [InlineData("{\"text\":\"secret\"} x", "not valid JSON at byte 19")]
    [InlineData("{\"text\":\"secret\"}{\"text\":\"secret\"}", "not valid JSON at byte 18")]
    [InlineData("{}", "no member \"text\"")]
    [InlineData("[\"secret\"]", "a JSON object with a member \"text\" is expected")]
    [InlineData("\"secret\"", "a JSON object with a member \"text\" is expected")]
    [InlineData("{\"text\":null}", "\"text\" is not a string")]
    [InlineData("{\"text\":[\"secret\"]}", "\"text\" is not a string")]
    [InlineData("{\"text\":\"secret\",\"text\":\"secret\"}", "\"text\" appears twice")]
    [InlineData("{\"text\":\"\\ud800 secret\"}", "a string holds half a surrogate pair or is not valid UTF-8")]
    [InlineData("{\"text\":\"a\",\"pair\":1}", "\"pair\" is not a string")]
    [InlineData("{\"text\":\"a\",\"strategy\":[]}", "\"strategy\" is not a string")]
    [InlineData("{\"text\":\"a\",\"max_length\":-1}", "\"max_length\" is not a whole number of 0 or more")]
    [InlineData("{\"text\":\"a\",\"max_length\":1.5}", "\"max_length\" is not a whole number of 0 or more")]
    [InlineData("{\"text\":\"a\",\"max_length\":3000000000}", "\"max_length\" is not a whole number of 0 or more")]
    [InlineData("{\"text\":\"a\",\"add_special_tokens\":1}", "\"add_special_tokens\" is not true or false")]
    public async Task A_bad_object_is_named_by_its_line_and_never_quoted(string line, string problem)
    {
        var exception = await Assert.ThrowsAsync<InputException>(() => ReadAsync("{\"text\":\"ok\"}\n" + line, InputFormat.Jsonl));

        Assert.Equal($"texts, line 2: {problem}", exception.Message);
    }

    [Theory]
    [InlineData(nameof(InputFormat.Lines), "texts, line 2: not valid UTF-8 at byte 4")]
    [InlineData(nameof(InputFormat.Jsonl), "texts, line 2: not valid JSON at byte 1")]
    public async Task Bytes_that_are_not_UTF8_are_named_by_their_line(string format, string message)
    {
        byte[] bytes = [.. "{\"text\":\"ok\"}\nabc"u8, 0xFF, .. "\n"u8];

        var exception = await Assert.ThrowsAsync<InputException>(() => ReadAsync(bytes, Enum.Parse<InputFormat>(format)));

        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public async Task Invalid_UTF8_inside_a_JSON_string_is_named_by_its_line()
    {
        byte[] bytes = [.. "{\"text\":\"abc"u8, 0xC3, 0x28, .. "\"}\n"u8];

        var exception = await Assert.ThrowsAsync<InputException>(() => ReadAsync(bytes, InputFormat.Jsonl));

        Assert.StartsWith("texts, line 1: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_before_a_bad_line_are_still_given()
    {
        using var reader = new InputReader(new MemoryStream("{\"text\":\"a\"}\nbad\n"u8.ToArray()), "texts", InputFormat.Jsonl, textOnly: false);
        List<string> texts = [];

        await Assert.ThrowsAsync<InputException>(async () =>
        {
            await foreach (var record in reader.ReadAsync(CancellationToken.None)) texts.Add(record.Text);
        });

        Assert.Equal(["a"], texts);
    }

    private static Task<List<InputRecord>> ReadAsync(string text, InputFormat format, bool textOnly = false) =>
        ReadAsync(System.Text.Encoding.UTF8.GetBytes(text), format, textOnly);

    private static async Task<List<InputRecord>> ReadAsync(byte[] bytes, InputFormat format, bool textOnly = false)
    {
        using var reader = new InputReader(new MemoryStream(bytes), "texts", format, textOnly);
        List<InputRecord> records = [];
        await foreach (var record in reader.ReadAsync(CancellationToken.None)) records.Add(record);
        return records;
    }
}
