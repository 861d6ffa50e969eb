using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Quiver.Diagnostics;
using Quiver.Limits;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.FastEmbed;

/// <summary>Words errors as FastEmbed does: <c>{"error","message"}</c>, <c>"max_tokens"</c> where a text is too long, <c>"reset_at"</c> where a quota is used up.</summary>
internal sealed class FastEmbedErrorRenderer : ErrorRenderer
{
    public static FastEmbedErrorRenderer Shared { get; } = new();

    public override ErrorAnswer Render(QuiverException error) => Render(FastEmbedError.From(error));

    public override ErrorAnswer Render(HttpFault fault) => Render(FastEmbedError.From(fault));

    /// <summary>The month's window where the plan has one, as FastEmbed's plans do; else the one that leaves the least.</summary>
    public override void WriteLimits(IHeaderDictionary headers, IReadOnlyList<WindowStanding> standings, int status, DateTimeOffset at)
    {
        if ((LimitHeaders.Of(standings, RatePeriod.Month) ?? LimitHeaders.Tightest(standings, RateUnit.Requests)) is not { } standing)
            return;
        headers["X-RateLimit-Limit"] = LimitHeaders.Text(standing.Window.Limit);
        headers["X-RateLimit-Remaining"] = LimitHeaders.Text(standing.Remaining);
        headers["X-RateLimit-Reset"] = Iso(at + standing.Full);
    }

    /// <summary>In whole seconds, rounded up: what was told is never too early.</summary>
    private static string Iso(DateTimeOffset time)
    {
        var whole = new DateTimeOffset((time.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        return whole.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

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
            if (error.ResetAt is { } reset)
                json.WriteString("reset_at"u8, Iso(reset));
            json.WriteEndObject();
        }

        return new ErrorAnswer(error.Status, body.WrittenMemory, "application/json") { RetryAfter = error.RetryAfter };
    }
}
