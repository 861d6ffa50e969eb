using System.Globalization;

namespace Quiver.Server.Hosting;

/// <summary>The headers that every answer carries, and those that are known only when it starts.</summary>
internal sealed class AnswerHead
{
    private static readonly string[] Milliseconds = [.. Enumerable.Range(0, 1000).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    private readonly HttpContext _context;
    private readonly RequestRecord _record;
    private readonly Drain _drain;

    private AnswerHead(HttpContext context, RequestRecord record, Drain drain) => (_context, _record, _drain) = (context, record, drain);

    public static void Attach(HttpContext context, RequestRecord record, Drain drain)
    {
        context.Response.Headers["x-request-id"] = record.Id;
        context.Response.OnStarting(static head => ((AnswerHead)head).Complete(), new AnswerHead(context, record, drain));
    }

    private Task Complete()
    {
        var headers = _context.Response.Headers;
        var milliseconds = (long)Math.Round(_record.Elapsed.TotalMilliseconds);
        headers["openai-processing-ms"] = milliseconds < Milliseconds.Length ? Milliseconds[milliseconds] : milliseconds.ToString(CultureInfo.InvariantCulture);
        // Asked only now, so that requests which were in flight when the drain began are told too. HTTP/2 has no such header: the server's
        // GOAWAY says it for the whole connection.
        if (_drain.Begun && !HttpProtocol.IsHttp2(_context.Request.Protocol))
            headers.Connection = "close";
        return Task.CompletedTask;
    }
}
