using System.Buffers;
using System.Text.Json;
using Quiver.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.FastEmbed;

/// <summary>Words errors as FastEmbed does: <c>{"error","message"}</c>, and <c>"max_tokens"</c> where a text is too long.</summary>
internal sealed class FastEmbedErrorRenderer : ErrorRenderer
{
    public static FastEmbedErrorRenderer Shared { get; } = new();

    public override ErrorAnswer Render(QuiverException error) => Render(FastEmbedError.From(error));

    public override ErrorAnswer Render(HttpFault fault) => Render(FastEmbedError.From(fault));

    public static ErrorAnswer Render(FastEmbedError error)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("error"u8, error.Error);
            json.WriteString("message"u8, error.Message);
            if (error.MaxTokens is { } limit)
                json.WriteNumber("max_tokens"u8, limit);
            json.WriteEndObject();
        }

        return new ErrorAnswer(error.Status, body.WrittenMemory, "application/json") { RetryAfter = error.RetryAfter };
    }
}
