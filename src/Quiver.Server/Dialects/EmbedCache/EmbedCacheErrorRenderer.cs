using System.Buffers;
using System.Text.Json;
using Quiver.Diagnostics;
using Quiver.Server.FastApi;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>Words errors as the service does, <c>{"detail"}</c>, with the text again as <c>"error"</c>, which its own clients look for.</summary>
internal sealed class EmbedCacheErrorRenderer : ErrorRenderer
{
    public static EmbedCacheErrorRenderer Shared { get; } = new();

    public override ErrorAnswer Render(QuiverException error) => Render(EmbedCacheError.From(error));

    public override ErrorAnswer Render(HttpFault fault) => Render(EmbedCacheError.From(fault));

    public static ErrorAnswer Render(EmbedCacheError error)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, JsonAnswer.Plain))
        {
            json.WriteStartObject();
            if (error.Fields is [])
                json.WriteString("detail"u8, error.Detail);
            else
                WriteFields(json, error.Fields);
            json.WriteString("error"u8, error.Detail);
            json.WriteEndObject();
        }

        return new ErrorAnswer(error.Status, body.WrittenMemory, "application/json") { RetryAfter = error.RetryAfter };
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<FieldError> fields)
    {
        json.WriteStartArray("detail"u8);
        foreach (var field in fields)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, field.Type);
            json.WriteStartArray("loc"u8);
            foreach (var part in field.Location)
                json.WriteStringValue(part);
            if (field.Index is { } index)
                json.WriteNumberValue(index);
            json.WriteEndArray();
            json.WriteString("msg"u8, field.Message);
            if (field.Context is { } context)
            {
                json.WritePropertyName("ctx"u8);
                json.WriteRawValue(context);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
