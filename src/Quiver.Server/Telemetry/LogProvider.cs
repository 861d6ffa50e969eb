using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Quiver.Server.Hosting;

namespace Quiver.Server.Telemetry;

/// <summary>Turns what is logged into lines of the one log: text or JSON, in UTF-8, one line for each event whatever it holds.</summary>
internal sealed class LogProvider(LogWriter writer, LogFormat format, TimeProvider time) : ILoggerProvider
{
    private const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Used again for every line of its thread.</summary>
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _line;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, in RequestLine line)
    {
        if (format == LogFormat.Json)
        {
            WriteJson(level, "request", line, static (json, line) => line.Write(json), urgent: false);
            return;
        }

        Span<byte> text = stackalloc byte[1024];
        if (!Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{Now()} {NameOf(level)} ", out var head) || !line.TryWrite(text[head..^1], out var length))
            return;
        text[head + length] = (byte)'\n';
        writer.Append(text[..(head + length + 1)], urgent: false);
    }

    private void Write(LogLevel level, string category, EventId id, string message)
    {
        if (format == LogFormat.Json)
            WriteJson(level, id.Name ?? category, (category, message), static (json, what) =>
            {
                json.WriteString("category"u8, what.category);
                json.WriteString("message"u8, what.message);
            }, urgent: true);
        else
            writer.Append(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Now()} {NameOf(level)} {OnOneLine(message)}\n")), urgent: true);
    }

    private void WriteJson<T>(LogLevel level, string what, T state, Action<Utf8JsonWriter, T> write, bool urgent)
    {
        var buffer = _line ??= new ArrayBufferWriter<byte>(512);
        buffer.ResetWrittenCount();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("time"u8, Now().ToString());
        json.WriteString("level"u8, NameOf(level));
        json.WriteString("event"u8, what);
        write(json, state);
        json.WriteEndObject();
        json.Flush();
        buffer.Write("\n"u8);
        writer.Append(buffer.WrittenSpan, urgent);
    }

    private Clock Now() => new(time.GetUtcNow());

    /// <summary>A line break, or anything else that steers a terminal, would let whoever caused a message forge the next one.</summary>
    private static string OnOneLine(string message)
    {
        if (!message.Any(char.IsControl))
            return message;
        var line = new StringBuilder(message.Length);
        foreach (var character in message)
            line.Append(char.IsControl(character) || character is '\u2028' or '\u2029' ? ' ' : character);
        return line.ToString();
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };

    /// <summary>A moment as the log writes it, without a string in between.</summary>
    private readonly struct Clock(DateTimeOffset moment) : IUtf8SpanFormattable
    {
        public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
            moment.TryFormat(utf8Destination, out bytesWritten, Timestamp, CultureInfo.InvariantCulture);

        public override string ToString() => moment.ToString(Timestamp, CultureInfo.InvariantCulture);
    }

    private sealed class Logger(LogProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (state is RequestLine line)
                provider.Write(logLevel, line);
            else
                provider.Write(logLevel, category, eventId, exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception.GetType()} {exception.StackTrace}");
        }
    }
}
