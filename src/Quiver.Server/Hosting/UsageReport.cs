using System.Globalization;
using System.Text;
using System.Text.Json;
using Quiver.Limits.Usage;

namespace Quiver.Server.Hosting;

/// <summary>What was used in some days, and what the cache saved.</summary>
internal sealed class UsageReport
{
    private const string CsvHead = "day,tenant,model,key,requests,memory_hits,redis_hits,database_hits,misses,hit_tokens,miss_tokens,compute_ms";

    private readonly UsageQuery _query;
    private readonly List<KeyValuePair<UsageKey, UsageAmounts>> _rows;

    public UsageReport(UsageQuery query, IReadOnlyList<KeyValuePair<UsageKey, UsageAmounts>> rows)
    {
        _query = query;
        _rows = [.. rows.OrderBy(row => row.Key.Day).ThenBy(row => row.Key.Tenant, StringComparer.Ordinal).ThenBy(row => row.Key.Model, StringComparer.Ordinal).ThenBy(row => row.Key.Key, StringComparer.Ordinal)];
        Total = _rows.Aggregate(new UsageAmounts(), (sum, row) => sum + row.Value);
    }

    public UsageAmounts Total { get; }

    /// <summary>What the hits would have taken on a runner, at what a computed token of the same model took; of a model of which nothing was computed, at that of all.</summary>
    public double SavedMilliseconds
    {
        get
        {
            var saved = 0.0;
            foreach (var model in _rows.GroupBy(row => row.Key.Model))
            {
                var sum = model.Aggregate(new UsageAmounts(), (sum, row) => sum + row.Value);
                var rate = sum.MissTokens > 0 ? sum : Total;
                saved += rate.MissTokens > 0 ? (double)rate.ComputeMicroseconds / rate.MissTokens * sum.HitTokens / 1000 : 0;
            }

            return saved;
        }
    }

    public void Write(Utf8JsonWriter json, decimal? pricePerMillion)
    {
        json.WriteStartObject();
        json.WriteString("from"u8, Text(_query.From));
        json.WriteString("to"u8, Text(_query.To));
        json.WriteString("tenant"u8, _query.Tenant ?? "*");
        json.WriteStartObject("total"u8);
        WriteAmounts(json, Total);
        json.WriteEndObject();
        WriteSavings(json, pricePerMillion);
        json.WriteStartArray("days"u8);
        foreach (var (key, amounts) in _rows)
        {
            json.WriteStartObject();
            json.WriteString("day"u8, Text(key.Day));
            if (_query.Tenant is null)
                json.WriteString("tenant"u8, key.Tenant);
            json.WriteString("model"u8, key.Model);
            json.WriteString("key"u8, key.Key);
            WriteAmounts(json, amounts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>RFC 4180, with a head. A field that a spreadsheet would take for a formula has an apostrophe before it.</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder(CsvHead).Append("\r\n");
        foreach (var (key, use) in _rows)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Text(key.Day)},{Field(key.Tenant)},{Field(key.Model)},{Field(key.Key)},{use.Requests},{use.MemoryHits},{use.RedisHits},{use.DatabaseHits},")
                .Append(CultureInfo.InvariantCulture, $"{use.Misses},{use.HitTokens},{use.MissTokens},{Milliseconds(use)}\r\n");
        }

        return csv.ToString();
    }

    private void WriteSavings(Utf8JsonWriter json, decimal? pricePerMillion)
    {
        var inputs = Total.Hits + Total.Misses;
        json.WriteStartObject("savings"u8);
        json.WriteNumber("hits"u8, Total.Hits);
        json.WriteNumber("hit_rate"u8, inputs == 0 ? 0 : Math.Round((double)Total.Hits / inputs, 4));
        json.WriteNumber("tokens"u8, Total.HitTokens);
        json.WriteNumber("compute_ms"u8, Math.Round(SavedMilliseconds, 3));
        if (pricePerMillion is { } price)
            json.WriteNumber("cost"u8, Math.Round(Total.HitTokens * price / 1_000_000, 6));
        json.WriteEndObject();
    }

    private static void WriteAmounts(Utf8JsonWriter json, in UsageAmounts use)
    {
        json.WriteNumber("requests"u8, use.Requests);
        json.WriteStartObject("hits"u8);
        json.WriteNumber("memory"u8, use.MemoryHits);
        json.WriteNumber("redis"u8, use.RedisHits);
        json.WriteNumber("database"u8, use.DatabaseHits);
        json.WriteEndObject();
        json.WriteNumber("misses"u8, use.Misses);
        json.WriteNumber("hit_tokens"u8, use.HitTokens);
        json.WriteNumber("miss_tokens"u8, use.MissTokens);
        json.WriteNumber("compute_ms"u8, Milliseconds(use));
    }

    private static decimal Milliseconds(in UsageAmounts use) => use.ComputeMicroseconds / 1000m;

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Field(string text) => Quoted(text is ['=' or '+' or '-' or '@', ..] ? $"'{text}" : text);

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
