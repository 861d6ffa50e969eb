namespace Quiver.Server.Telemetry;

/// <summary>An instrument exposed once more, as another service named it: without its own labels, all its series in one.</summary>
/// <param name="Instrument">The name of the instrument that is looked at ("quiver.queue.wait").</param>
/// <param name="Name">The exposed name, to the letter.</param>
/// <param name="Bounds">Of a histogram, its own buckets.</param>
internal sealed record MetricView(string Instrument, string Name, string Help, double[]? Bounds = null);
