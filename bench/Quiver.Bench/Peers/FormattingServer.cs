using System.Collections.Concurrent;
using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Quiver.Bench.Peers;

/// <summary>
/// The peer of B1, B3 and B4: what one writes in an afternoon. A minimal API that keeps vectors in a dictionary and has JsonSerializer write
/// the answer for each hit. No log, no keys, no limits.
/// </summary>
internal static class FormattingServer
{
    private const int Width = 384;

    /// <summary>A command of its own, so that it runs in a process of its own: hidden.</summary>
    public static Command Command()
    {
        var port = new Option<int>("--port") { Required = true };
        var command = new Command("peer", "Serves as B1's peer.") { port };
        command.Hidden = true;
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments.GetValue(port), cancellationToken));
        return command;
    }

    private static async Task RunAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        await using var app = builder.Build();
        var cache = new ConcurrentDictionary<string, float[]>();
        app.MapPost("/v1/embeddings", (Question question) => new Answer(
            "list",
            [.. question.Input.Select((text, i) => Item.Of(i, cache.GetOrAdd(text, VectorOf), question.EncodingFormat == "base64"))],
            question.Model,
            new Usage(question.Input.Count * 20, question.Input.Count * 20)));
        await app.StartAsync(cancellationToken);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    /// <summary>Digits as long as those of a real vector.</summary>
    private static float[] VectorOf(string text)
    {
        var random = new Random(text.Length);
        var vector = Enumerable.Range(0, Width).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var length = MathF.Sqrt(vector.Sum(x => x * x));
        return [.. vector.Select(x => x / length)];
    }

    private sealed record Question(string Model, [property: JsonConverter(typeof(OneOrMany))] IReadOnlyList<string> Input, [property: JsonPropertyName("encoding_format")] string? EncodingFormat);

    private sealed record Answer(string Object, IReadOnlyList<Item> Data, string Model, Usage Usage);

    private sealed record Usage(int PromptTokens, int TotalTokens);

    private sealed record Item(string Object, int Index, object Embedding)
    {
        public static Item Of(int index, float[] vector, bool base64) => new(
            "embedding", index, base64 ? Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector)) : vector);
    }

    /// <summary>"input" may be a text or a list of them.</summary>
    private sealed class OneOrMany : JsonConverter<IReadOnlyList<string>>
    {
        public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? [reader.GetString()!] : JsonSerializer.Deserialize<string[]>(ref reader, options)!;

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
