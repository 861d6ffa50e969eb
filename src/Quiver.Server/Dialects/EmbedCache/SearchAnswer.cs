using System.Text.Json;
using Quiver.Caching;
using Quiver.Server.Dialects.EmbedCache.Bodies;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>Writes what POST /v1/search found.</summary>
internal static class SearchAnswer
{
    /// <summary>The service's scale: 0 is opposite, 1 is the same direction.</summary>
    public static double ScoreOf(double cosine) => (1 + cosine) / 2;

    /// <summary>The cosine that a score of the service stands for.</summary>
    public static double CosineOf(double score) => (2 * score) - 1;

    /// <param name="toUnit">Whether vectors are shown at unit length, as the embedding routes answer those of served models.</param>
    public static void Write(Utf8JsonWriter json, SearchBody call, string model, int dimensions, IReadOnlyList<CacheMatch> matches, bool toUnit, TimeSpan duration)
    {
        json.WriteStartObject();
        json.WriteStartArray("results"u8);
        foreach (var match in matches)
        {
            json.WriteStartObject();
            json.WriteString("text_hash"u8, match.Key);
            json.WriteNumber("score"u8, Math.Round(ScoreOf(match.Score), 6));
            json.WriteString("text"u8, call.WithText ? match.Text : null);
            if (call.WithVectors)
                WriteVector(json, match.Vector.Span, toUnit);
            else
                json.WriteNull("vector"u8);
            json.WriteString("model"u8, model);
            json.WriteNumber("hit_count"u8, match.HitCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("total"u8, matches.Count);
        json.WriteNumber("search_time_ms"u8, Math.Round(duration.TotalMilliseconds, 3));
        json.WriteString("model"u8, model);
        json.WriteNumber("dimensions"u8, dimensions);
        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, ReadOnlySpan<float> vector, bool toUnit)
    {
        var length = 0.0;
        foreach (var number in vector)
            length += (double)number * number;
        var scale = toUnit && length > 0 ? 1 / Math.Sqrt(length) : 1;
        json.WriteStartArray("vector"u8);
        foreach (var number in vector)
            json.WriteNumberValue((float)(number * scale));
        json.WriteEndArray();
    }
}
