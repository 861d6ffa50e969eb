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
        context.Response.ContentType = "application/json";
        using var json = new Utf8JsonWriter(context.Response.BodyWriter, Plain);
        write(json);
        context.Response.ContentLength = json.BytesCommitted + json.BytesPending;
        await json.FlushAsync(context.RequestAborted);
    }
}
