using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Quiver.Diagnostics;
using Quiver.Limits;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>Words errors as OpenAI does: the nested object with all four members.</summary>
internal sealed class OpenAiErrorRenderer : ErrorRenderer
{
    public static OpenAiErrorRenderer Shared { get; } = new();

    public override ErrorAnswer Render(QuiverException error) => Render(OpenAiError.From(error));

    public override ErrorAnswer Render(HttpFault fault) =>
        Render(new OpenAiError(fault.Status, fault.Message, null, fault.Status == 405 ? "method_not_supported" : null));

    /// <summary>Of the window that leaves the least, as OpenAI shows one of its own; what is counted in items it has no word for.</summary>
    public override void WriteLimits(IHeaderDictionary headers, IReadOnlyList<WindowStanding> standings, int status, DateTimeOffset at)
    {
        if (LimitHeaders.Tightest(standings, RateUnit.Requests) is { } requests)
        {
            headers["x-ratelimit-limit-requests"] = LimitHeaders.Text(requests.Window.Limit);
            headers["x-ratelimit-remaining-requests"] = LimitHeaders.Text(requests.Remaining);
            headers["x-ratelimit-reset-requests"] = Duration(requests.Full);
        }

        if (LimitHeaders.Tightest(standings, RateUnit.Tokens) is { } tokens)
        {
            headers["x-ratelimit-limit-tokens"] = LimitHeaders.Text(tokens.Window.Limit);
            headers["x-ratelimit-remaining-tokens"] = LimitHeaders.Text(tokens.Remaining);
            headers["x-ratelimit-reset-tokens"] = Duration(tokens.Full);
        }
    }

    /// <summary>As Go writes durations: "12ms", "1.5s", "6m0s", "720h0m0s".</summary>
    public static string Duration(TimeSpan time)
    {
        var milliseconds = (long)Math.Ceiling(time.TotalMilliseconds);
        if (milliseconds < 1000)
            return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        var (minutes, seconds) = (milliseconds / 60_000, milliseconds % 60_000 / 1000m);
        var text = string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###}s");
        if (minutes >= 60)
            return string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}h{minutes % 60}m{text}");
        return minutes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{minutes}m{text}") : text;
    }

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
