using System.Net;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

public sealed class OutputTypeTests
{
    /// <summary>The model has eight elements and no limits of its own: a code is the element in parts of 1/127.</summary>
    [Theory]
    [InlineData("int8", null)]
    [InlineData("uint8", null)]
    [InlineData("int8", 2)]
    [InlineData("binary", null)]
    [InlineData("ubinary", null)]
    [InlineData("ubinary", 3)]
    public async Task Elements_come_as_bytes_or_bits(string type, int? dimensions)
    {
        await using var server = await TestServer.StartAsync();
        var vector = server.Model.UnitVectorOf("some text", dimensions);
        var expected = type switch
        {
            "int8" or "uint8" => vector.Select(x => Code(x, vector.Length) + (type == "uint8" ? 128 : 0)),
            _ => [Bits(vector) - (type == "binary" ? 128 : 0)],
        };

        // Computed, found, found again: codes are made anew each time, and must not be mixed up with the floats that are kept.
        for (var time = 0; time < 3; time++)
        {
            var answer = await PostAsync(server, type, "float", dimensions);
            Assert.Equal(expected, Embedding(answer).EnumerateArray().Select(number => number.GetInt32()));
            Assert.Equal(vector, Embedding(await PostAsync(server, "float", "float", dimensions)).EnumerateArray().Select(number => number.GetSingle()));
        }
    }

    [Theory]
    [InlineData("int8")]
    [InlineData("uint8")]
    [InlineData("binary")]
    [InlineData("ubinary")]
    public async Task Base64_holds_a_byte_for_each_number(string type)
    {
        await using var server = await TestServer.StartAsync();
        var numbers = Embedding(await PostAsync(server, type, "float", null)).EnumerateArray().Select(number => unchecked((byte)number.GetInt32()));
        Assert.Equal(numbers, Embedding(await PostAsync(server, type, "base64", null)).GetBytesFromBase64());
    }

    [Fact]
    public async Task An_unknown_type_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await PostAsync(server, "int4", "float", null);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(
            ("Invalid value for 'output_dtype'. Supported values are: 'float', 'int8', 'uint8', 'binary' and 'ubinary'.", "invalid_request_error", "output_dtype", "invalid_value"),
            answer.Error());
    }

    private static int Code(float element, int length) => (int)Math.Round(element / Math.Sqrt(8.0 / length) * 127);

    private static int Bits(float[] vector) => vector.Select((element, i) => element > 0 ? 0x80 >> i : 0).Sum();

    private static System.Text.Json.JsonElement Embedding(Answer answer) => answer.Json.GetProperty("data")[0].GetProperty("embedding");

    private static Task<Answer> PostAsync(TestServer server, string type, string encoding, int? dimensions) => server.EmbedAsync(
        $$"""{"model":"fake","input":"some text","output_dtype":"{{type}}","encoding_format":"{{encoding}}","dimensions":{{dimensions?.ToString() ?? "null"}}}""");
}
