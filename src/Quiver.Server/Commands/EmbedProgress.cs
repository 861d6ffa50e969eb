using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Quiver.Server.Commands;

/// <summary>How far <c>quiver embed</c> is, as a bar on a terminal's stderr; nothing where stderr is a file or pipe.</summary>
/// <param name="totalBytes">Length of the input, or null where it is not known: then there is a rate but no bar and no time left.</param>
internal sealed class EmbedProgress(long? totalBytes, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long _texts;
    private long _bytes;

    /// <summary>The texts and the bytes of the input that are written. Called from one thread while another draws.</summary>
    public void Report(long texts, long bytes)
    {
        Volatile.Write(ref _texts, texts);
        Volatile.Write(ref _bytes, bytes);
    }

    /// <summary>"12,345 texts, 415/s, 0:31 left".</summary>
    public string Describe()
    {
        var texts = Volatile.Read(ref _texts);
        var seconds = time.GetElapsedTime(_started).TotalSeconds;
        var rate = seconds > 0 ? texts / seconds : 0;
        var left = TimeLeft(seconds) is { } remaining ? $", {FormatDuration(remaining)} left" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{texts:N0} texts, {rate:N0}/s{left}");
    }

    /// <summary>Draws until the work is done, and leaves the final state on the screen.</summary>
    public Task ShowWhileAsync(Func<Task> work)
    {
        if (Console.IsErrorRedirected) return work();

        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return terminal.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new DescriptionColumn(this))
            .StartAsync(async context =>
            {
                var task = context.AddTask("embedding", maxValue: Math.Max(1, totalBytes ?? 1));
                task.IsIndeterminate = totalBytes is null;
                using var timer = time.CreateTimer(_ => task.Value = Volatile.Read(ref _bytes), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
                await work();
                task.Value = task.MaxValue;
            });
    }

    /// <summary>By bytes, since texts are not counted beforehand; null until there is something to go by.</summary>
    private TimeSpan? TimeLeft(double seconds)
    {
        var bytes = Volatile.Read(ref _bytes);
        return totalBytes is { } total && bytes > 0 && bytes < total ? TimeSpan.FromSeconds(seconds * (total - bytes) / bytes) : null;
    }

    private static string FormatDuration(TimeSpan duration) =>
        duration.ToString(duration.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    private sealed class DescriptionColumn(EmbedProgress progress) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(progress.Describe());
    }
}
