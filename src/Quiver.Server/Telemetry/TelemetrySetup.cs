using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Quiver.Server.Configuration;
using Quiver.Server.Dialects.EmbedCache;
using Quiver.Server.Dialects.FastEmbed;
using Quiver.Server.Dialects.Tei;

namespace Quiver.Server.Telemetry;

/// <summary>Puts together what the server tells of itself: the log, the metrics and, if asked for, the export to a collector.</summary>
internal static class TelemetrySetup
{
    /// <param name="logging">Where the log goes instead of to the options' place.</param>
    /// <param name="maxTokens">Of the longest text that any model takes.</param>
    public static void AddTelemetry(this IServiceCollection services, ServeOptions options, int maxTokens, TimeProvider time, Action<ILoggingBuilder>? logging)
    {
        services.AddLogging(builder =>
        {
            builder.SetMinimumLevel(options.LogLevel);
            builder.AddFilter("Microsoft", level => level >= LogLevel.Warning && level >= options.LogLevel);
            // It would make an activity and a scope for each request, and log nothing that we do not.
            builder.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
            logging?.Invoke(builder);
        });
        if (logging is null)
            AddLog(services, options, time);

        services.AddSingleton(provider => new ServerMetrics(Profiles(options.Compat, maxTokens), () => provider.GetService<LogWriter>()?.Dropped ?? 0));
        if (options.OtlpEndpoint is { } endpoint)
            AddExport(services, endpoint);
    }

    private static void AddLog(IServiceCollection services, ServeOptions options, TimeProvider time)
    {
        // By the container's hands, so that it writes what waits when the server has ended.
        services.AddSingleton(_ => options.LogFile is { } path
            ? WriterOf(new RotatingFile(path, options.LogFileSize, options.LogFiles))
            : new LogWriter(Console.OpenStandardError().Write));
        services.AddSingleton<ILoggerProvider>(provider => new LogProvider(provider.GetRequiredService<LogWriter>(), options.LogFormat, time));
    }

    private static LogWriter WriterOf(RotatingFile file) => new(file.Write, file);

    private static IEnumerable<Func<Meter, ProfileMetrics>> Profiles(IReadOnlySet<string> compat, int maxTokens)
    {
        if (compat.Contains("fastembed"))
            yield return meter => new FastEmbedMetrics(meter);
        if (compat.Contains("embed-cache"))
            yield return meter => new EmbedCacheMetrics(meter);
        if (compat.Contains("tei"))
            yield return meter => new TeiMetrics(meter, maxTokens);
    }

    /// <remarks>Not inlined: a method that names a type of OpenTelemetry loads it.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddExport(IServiceCollection services, Uri endpoint) => services.AddHostedService(_ => new ExportService(endpoint));

    /// <summary>Exports from the server's start to its end.</summary>
    private sealed class ExportService(Uri endpoint) : IHostedService, IDisposable
    {
        private OtlpExport? _export;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _export = new OtlpExport(endpoint);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _export?.Dispose();
    }
}
