using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Quiver.Server.Hosting;

/// <summary>Small answers, written by hand: no serializer, no reflection.</summary>
internal static class JsonAnswer
{
    /// <summary>Escapes what JSON has to and nothing else: answers are never part of a web page.</summary>
    public static JsonWriterOptions Plain { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        // Whole before any of it is sent: a fault in between is an error's answer, not half of this one.
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Plain))
            write(json);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
