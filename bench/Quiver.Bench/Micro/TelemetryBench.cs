using System.Net;
using Microsoft.Extensions.Logging;
using Quiver.Bench.Measurement;
using Quiver.Bench.Reporting;
using Quiver.Server.Hosting;
using Quiver.Server.Telemetry;

namespace Quiver.Bench.Micro;

/// <summary>What telling of a request costs it: its metrics, and its line of the log.</summary>
internal static class TelemetryBench
{
    private const int Requests = 1000;

    public static void Run(Report report)
    {
        var table = report.Table("Telling of a request", "what", "ns", "spread", "target");
        using var metrics = new ServerMetrics([], () => 0);
        var record = new RequestRecord("req_4780139df0a77e21479e5dcac7f455d8", TimeProvider.System);
        record.Count(items: 1, tokens: 20);
        var duration = TimeSpan.FromMicroseconds(25);
        Line("metrics, begin and end", Target.Most(200), () =>
        {
            metrics.Http.Begin("POST", "http");
            metrics.Http.End(record, "POST", "http", "/v1/embeddings", 200, duration);
        });

        using var writer = new LogWriter(_ => { });
        var line = new RequestLine(record.Id, IPAddress.Loopback, "POST", "/v1/embeddings", 200, 0.03, 1, 20, 1);
        foreach (var format in Enum.GetValues<LogFormat>())
        {
            var logger = new LogProvider(writer, format, TimeProvider.System).CreateLogger("bench");
            Line($"log line, {format.ToString().ToLowerInvariant()}", null, () => logger.Log(LogLevel.Information, default, line, null, static (line, _) => line.ToString()));
        }

        void Line(string name, Target? target, Action act)
        {
            var time = Sampler.TimeThread(() =>
            {
                for (var i = 0; i < Requests; i++)
                    act();
            }).Convert(seconds => seconds * 1e9 / Requests);
            table.Row(name, $"{time.Median:f0}", Format.Spread(time), target is null ? "" : Format.Verdict(time.Median, target));
            report.Figure("telemetry", $"{name}, ns", time, target);
        }
    }
}
