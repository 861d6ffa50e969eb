using Quiver.Server.Hosting;

namespace Quiver.Server.Telemetry;

/// <summary>The metrics of a service whose profile is in force, by that service's names, so that its dashboards go on working.</summary>
internal abstract class ProfileMetrics
{
    /// <summary>Instruments of the engine that the service exposes by a name of its own.</summary>
    public virtual IReadOnlyList<MetricView> Views => [];

    /// <summary>Records a request that has ended, if it asked one of the dialects for work.</summary>
    /// <param name="duration">From its first byte to the last of its answer.</param>
    public abstract void End(RequestRecord record, TimeSpan duration);
}
