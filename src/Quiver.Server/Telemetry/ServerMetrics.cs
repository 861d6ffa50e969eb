using System.Diagnostics.Metrics;
using Quiver.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Telemetry;

/// <summary>The metrics of one server: its own instruments, the engine's and the process's, and those of the profiles in force.</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "Quiver.Server";

    private readonly Meter _meter = new(MeterName);
    private readonly MetricsCollector _collector;
    private readonly ProfileMetrics[] _profiles;

    /// <param name="profiles">Each makes the metrics of a service whose profile is in force, on the meter it is given.</param>
    /// <param name="droppedLogLines">Log lines that were given up so far.</param>
    public ServerMetrics(IEnumerable<Func<Meter, ProfileMetrics>> profiles, Func<long> droppedLogLines)
    {
        Http = new HttpMetrics(_meter);
        ProcessMetrics.Create(_meter);
        _meter.CreateObservableCounter("quiver.log.dropped_lines", droppedLogLines, "{line}", "Log lines given up because they came faster than they could be written.");
        _profiles = [.. profiles.Select(create => create(_meter))];
        _collector = new MetricsCollector(
            instrument => instrument.Meter == _meter || instrument.Meter.Name == QuiverMeter.Name || (instrument.Meter.Name == "System.Runtime" && ProcessMetrics.Wants(instrument)),
            _profiles.SelectMany(profile => profile.Views));
    }

    public HttpMetrics Http { get; }

    public string Expose(bool openMetrics) => _collector.Expose(openMetrics);

    /// <summary>Records a request that has ended, as the profiles in force count it.</summary>
    /// <inheritdoc cref="ProfileMetrics.EndAny"/>
    public void EndInProfiles(RequestRecord record, string method, string? route, int status, TimeSpan duration)
    {
        foreach (var profile in _profiles)
        {
            profile.EndAny(method, route, status, duration);
            if (method == "POST" && route is not null)
                profile.End(record, duration);
        }
    }

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }
}
