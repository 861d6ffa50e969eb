using Quiver.Server.Hosting;

namespace Quiver.Server.Telemetry;

/// <summary>The metrics of a service whose profile is in force, by that service's names, so that its dashboards go on working.</summary>
internal abstract class ProfileMetrics
{
    /// <summary>Instruments of the engine that the service exposes by a name of its own.</summary>
    public virtual IReadOnlyList<MetricView> Views => [];

    /// <summary>Records a request of any kind that has ended.</summary>
    /// <param name="method">One of HTTP's usual methods, or "_OTHER".</param>
    /// <param name="route">The pattern of the route, or null where none matched.</param>
    public virtual void EndAny(string method, string? route, int status, TimeSpan duration)
    {
    }

    /// <summary>Records a request that has ended, if it asked one of the dialects for work.</summary>
    /// <param name="duration">From its first byte to the last of its answer.</param>
    public abstract void End(RequestRecord record, TimeSpan duration);
}
