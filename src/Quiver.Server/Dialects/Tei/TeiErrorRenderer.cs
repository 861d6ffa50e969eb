using System.Buffers;
using System.Text.Json;
using Quiver.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.Tei;

/// <summary>Words errors as TEI does: an object of a text and a type; for 401, 404 and 405 the status says all.</summary>
internal sealed class TeiErrorRenderer : ErrorRenderer
{
    public static TeiErrorRenderer Shared { get; } = new();

    public override ErrorAnswer Render(QuiverException error) => Render(TeiError.From(error));

    public override ErrorAnswer Render(HttpFault fault) => Render(new TeiError(fault.Status, "Validation", fault.Status switch
    {
        413 => "Failed to buffer the request body: length limit exceeded",
        _ => fault.Message,
    }));

    public static ErrorAnswer Render(TeiError error)
    {
        if (error.Status is 401 or 404 or 405)
            return new ErrorAnswer(error.Status, default, null);

        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, JsonAnswer.Plain))
        {
            json.WriteStartObject();
            json.WriteString("error"u8, error.Message);
            json.WriteString("error_type"u8, error.Type);
            json.WriteEndObject();
        }

        return new ErrorAnswer(error.Status, body.WrittenMemory, "application/json") { RetryAfter = error.RetryAfter };
    }
}
