using System.Globalization;
using Quiver.Accounts;
using Quiver.Diagnostics;
using Quiver.Limits.Usage;
using Quiver.Server.Auth;
using Quiver.Server.Documentation;

namespace Quiver.Server.Hosting;

/// <summary>GET /v1/usage: what a tenant used, by day, model and key, with what the cache saved; as JSON or CSV. See docs/limits.md.</summary>
internal sealed class UsageRoutes(UsageLedger usage)
{
    private const string Everyone = "*";
    private const string DayFormat = "yyyy-MM-dd";
    private const int DefaultDays = 30;
    private const int MaxDays = 366;

    /// <summary>Rows of one answer.</summary>
    private const int MaxRows = 20_000;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/usage", AnswerAsync).WithMetadata(Documentation).Needs(Access.SessionOrKey(Scopes.All));

    private static RouteDocumentation Documentation { get; } = new("Server", "Tell what was used, by day, model and key, and what the cache saved")
    {
        Description = "Of the caller's own tenant; an administrator may name another, or * for all. Days are those of UTC. Also as CSV, by `format=csv` or Accept: text/csv.",
        Parameters =
        [
            new("from", "query", $"The first day; by default {DefaultDays - 1} days before the last.", "2026-11-01"),
            new("to", "query", "The last day; by default today.", "2026-11-30"),
            new("model", "query", "One model's alone, as requests named it.", "all-MiniLM-L6-v2"),
            new("key", "query", "One key's alone, by its id.", ""),
            new("price_per_million", "query", "What a million computed tokens would have cost, for the savings.", "0.02"),
        ],
        AnswerSchema = """
            {"type":"object","required":["from","to","tenant","total","savings","days"],"properties":{
              "from":{"type":"string"},"to":{"type":"string"},
              "tenant":{"type":"string","description":"Empty on a server without accounts."},
              "total":{"type":"object"},
              "savings":{"type":"object","properties":{
                "hits":{"type":"integer"},"hit_rate":{"type":"number"},"tokens":{"type":"integer"},
                "compute_ms":{"type":"number","description":"At what a computed token of the same model took."},
                "cost":{"type":"number","description":"Only with price_per_million."}}},
              "days":{"type":"array","description":"One per day, model and key, with the members of total beside these.","items":{"type":"object","required":["day","model","key"]}}}}
            """,
        Examples =
        [
            new(
                "usage",
                null,
                """
                {"from":"2026-11-01","to":"2026-11-30","tenant":"","total":{"requests":0,"hits":{"memory":0,"redis":0,"database":0},"misses":0,"hit_tokens":0,"miss_tokens":0,"compute_ms":0},
                "savings":{"hits":0,"hit_rate":0,"tokens":0,"compute_ms":0},"days":[]}
                """),
        ],
        Errors = [ErrorKind.InvalidInput],
    };

    private async Task AnswerAsync(HttpContext context)
    {
        var query = QueryOf(context.Request.Query, Callers.Of(context));
        var price = PriceOf(context.Request.Query);
        var rows = await usage.ReadAsync(query, context.RequestAborted);
        if (rows.Count > MaxRows)
            throw new QuiverException(ErrorKind.InvalidInput, $"That is more than the {MaxRows} rows that an answer holds. Ask for fewer days, or for one model or key.") { Parameter = "from" };
        var report = new UsageReport(query, rows);
        if (WantsCsv(context.Request))
            await WriteCsvAsync(context, report);
        else
            await JsonAnswer.WriteAsync(context, json => report.Write(json, price));
    }

    private UsageQuery QueryOf(IQueryCollection parameters, Caller caller)
    {
        var to = DayOf(parameters, "to") ?? usage.Today;
        var from = DayOf(parameters, "from") ?? to.AddDays(1 - DefaultDays);
        if (from > to || to.DayNumber - from.DayNumber >= MaxDays)
            throw new QuiverException(ErrorKind.InvalidInput, $"'from' is a day before 'to', and no more than {MaxDays} days of it.") { Parameter = "from" };
        return new UsageQuery(from, to) { Tenant = TenantOf(parameters, caller), Key = QueryText.Of(parameters, "key"), Model = QueryText.Of(parameters, "model"), MaxRows = MaxRows + 1 };
    }

    /// <returns>null for everyone's.</returns>
    private static string? TenantOf(IQueryCollection parameters, Caller caller)
    {
        if (QueryText.Of(parameters, "tenant") is not { } tenant || tenant == caller.Tenant)
            return caller.Tenant;
        if (!caller.May(Scopes.Admin))
            throw new QuiverException(ErrorKind.Forbidden, "Only an administrator sees what others used.");
        return tenant == Everyone ? null : tenant;
    }

    private static DateOnly? DayOf(IQueryCollection parameters, string name)
    {
        if (QueryText.Of(parameters, name) is not { } text)
            return null;
        return DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1970 and < 9000
            ? day
            : throw new QuiverException(ErrorKind.InvalidInput, $"'{name}' takes a day such as 2026-11-30.") { Parameter = name };
    }

    private static decimal? PriceOf(IQueryCollection parameters)
    {
        const string Name = "price_per_million";
        if (QueryText.Of(parameters, Name) is not { } text)
            return null;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price <= 1_000_000
            ? price
            : throw new QuiverException(ErrorKind.InvalidInput, $"'{Name}' takes a number such as 0.02.") { Parameter = Name };
    }

    private static bool WantsCsv(HttpRequest request) =>
        QueryText.Of(request.Query, "format") is { } format
            ? format.Equals("csv", StringComparison.OrdinalIgnoreCase)
            : request.Headers.Accept.ToString().Contains("text/csv", StringComparison.OrdinalIgnoreCase);

    private static async Task WriteCsvAsync(HttpContext context, UsageReport report)
    {
        var body = System.Text.Encoding.UTF8.GetBytes(report.ToCsv());
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
