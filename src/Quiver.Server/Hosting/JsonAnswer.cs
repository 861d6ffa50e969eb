using System.Text.Json;

namespace Quiver.Server.Hosting;

/// <summary>Small answers, written by hand: no serializer, no reflection.</summary>
internal static class JsonAnswer
{
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        write(json);
        context.Response.ContentLength = json.BytesPending;
        await json.FlushAsync(context.RequestAborted);
    }
}
