using System.Buffers;
using System.Text.Json;
using Quiver.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>Words errors as OpenAI does: the nested object with all four members.</summary>
internal sealed class OpenAiErrorRenderer : ErrorRenderer
{
    public static OpenAiErrorRenderer Shared { get; } = new();

    public override ErrorAnswer Render(QuiverException error) => Render(OpenAiError.From(error));

    public override ErrorAnswer Render(HttpFault fault) =>
        Render(new OpenAiError(fault.Status, fault.Message, null, fault.Status == 405 ? "method_not_supported" : null));

    public static ErrorAnswer Render(OpenAiError error)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, error.Message);
            json.WriteString("type"u8, error.Type);
            json.WriteString("param"u8, error.Param);
            json.WriteString("code"u8, error.Code);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new ErrorAnswer(error.Status, body.WrittenMemory, "application/json") { RetryAfter = error.RetryAfter };
    }
}
