namespace Quiver.Server.Telemetry;

/// <summary>How a log line is written.</summary>
internal enum LogFormat
{
    /// <summary>For people: time, level, message.</summary>
    Text,

    /// <summary>For programs: one JSON object a line.</summary>
    Json,
}
