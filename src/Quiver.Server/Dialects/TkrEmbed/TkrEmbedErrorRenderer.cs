using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Quiver.Diagnostics;
using Quiver.Limits;
using Quiver.Server.FastApi;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>Words errors as the service does: one object <c>error</c> with a code, the time, and ids to look them up by. Never with what was sent.</summary>
internal sealed class TkrEmbedErrorRenderer : ErrorRenderer
{
    private static readonly (string Id, DateTimeOffset Time) Example = ("0192f0e1", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private static readonly (RatePeriod Period, string Name)[] Windows = [(RatePeriod.Minute, "Minute"), (RatePeriod.Hour, "Hour"), (RatePeriod.Day, "Day")];

    public static TkrEmbedErrorRenderer Shared { get; } = new();

    public override ErrorAnswer Render(QuiverException error) => Render(TkrEmbedError.From(error));

    public override ErrorAnswer Render(HttpFault fault) => Render(TkrEmbedError.Http(fault.Status, fault.Message));

    /// <summary>The service's headers, on each of its windows; those of a refusal are the tightest one's.</summary>
    public override void WriteLimits(IHeaderDictionary headers, IReadOnlyList<WindowStanding> standings, int status, DateTimeOffset at)
    {
        foreach (var (period, name) in Windows)
        {
            if (LimitHeaders.Of(standings, period) is not { } standing)
                continue;
            headers[$"X-RateLimit-Limit-{name}"] = LimitHeaders.Text(standing.Window.Limit);
            headers[$"X-RateLimit-Remaining-{name}"] = LimitHeaders.Text(standing.Remaining);
        }

        if (status != StatusCodes.Status429TooManyRequests || LimitHeaders.Tightest(standings, RateUnit.Requests) is not { } tightest)
            return;
        headers["X-RateLimit-Limit"] = LimitHeaders.Text(tightest.Window.Limit);
        headers["X-RateLimit-Remaining"] = LimitHeaders.Text(tightest.Remaining);
        headers["X-RateLimit-Reset"] = LimitHeaders.Text((at + tightest.Full + TimeSpan.FromTicks(TimeSpan.TicksPerSecond - 1)).ToUnixTimeSeconds());
    }

    public static ErrorAnswer Render(TkrEmbedError error) => new(error.Status, Body(error, Example.Id, Example.Time), "application/json")
    {
        RetryAfter = error.RetryAfter,
        BodyFor = record => Body(error, record.Id, record.Now),
    };

    /// <param name="id">The request's: its error needs no second one to be found in the log.</param>
    private static ReadOnlyMemory<byte> Body(TkrEmbedError error, string id, DateTimeOffset time)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, JsonAnswer.Plain))
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, error.Code);
            json.WriteString("message"u8, error.Message);
            json.WriteStartObject("details"u8);
            if (error.Fields is not [])
                WriteFields(json, error.Fields);
            json.WriteEndObject();
            json.WriteString("timestamp"u8, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture));
            json.WriteString("error_id"u8, id);
            json.WriteString("request_id"u8, id);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<FieldError> fields)
    {
        json.WriteStartArray("validation_errors"u8);
        foreach (var field in fields)
        {
            json.WriteStartObject();
            json.WriteString("field"u8, string.Join('.', field.Location) + (field.Index is { } index ? $".{index}" : ""));
            json.WriteString("message"u8, field.Message);
            json.WriteString("type"u8, field.Type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
