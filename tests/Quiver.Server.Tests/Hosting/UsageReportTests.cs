using Quiver.Limits.Usage;
using Quiver.Server.Hosting;

namespace Quiver.Server.Tests.Hosting;

public sealed class UsageReportTests
{
    [Theory]
    [InlineData("model", "model")]
    [InlineData("a-b", "a-b")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(1,2)", "\"'@SUM(1,2)\"")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    public void No_field_of_a_table_is_a_formula(string model, string field)
    {
        var day = new DateOnly(2026, 11, 1);
        var report = new UsageReport(new UsageQuery(day, day), [new(new UsageKey("tenant", "key", model, day), new UsageAmounts { Requests = 1 })]);
        Assert.StartsWith($"2026-11-01,tenant,{field},key,1,", report.ToCsv().Split("\r\n")[1], StringComparison.Ordinal);
    }
}
