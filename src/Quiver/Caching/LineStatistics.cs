namespace Quiver.Caching;

/// <summary>What a tier holds of one tenant's vectors of one model, all prompts together.</summary>
/// <param name="Tenant">null for what tenants share.</param>
internal sealed record LineStatistics(string Tier, string? Tenant, string Model, long Entries, long Bytes)
{
    /// <summary>Sums of lines, by tenant and model.</summary>
    public static IEnumerable<LineStatistics> Of(string tier, IEnumerable<(CacheLine Line, long Entries, long Bytes)> lines) =>
        from line in lines
        group line by (line.Line.Tenant, line.Line.Model) into same
        orderby same.Key.Tenant, same.Key.Model
        select new LineStatistics(tier, same.Key.Tenant, same.Key.Model, same.Sum(line => line.Entries), same.Sum(line => line.Bytes));
}
