using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Quiver.Diagnostics;

namespace Quiver.Server.Hosting;

/// <summary>Turns whatever ends a request early into the error body of its dialect: our errors, the framework's, and faults.</summary>
/// <param name="logger">Gets faults.</param>
/// <param name="standard">Words the errors of requests that reach no dialect's endpoint.</param>
internal sealed partial class ErrorBoundary(ILogger<ErrorBoundary> logger, ErrorRenderer standard)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var clientGone = context.RequestAborted;
        try
        {
            await next(context);
            if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null })
                await AnswerFaultAsync(context, context.Response.StatusCode);
        }
        catch (Exception exception) when (clientGone.IsCancellationRequested || exception is ConnectionResetException || IsSlowReader(context, exception))
        {
            RequestRecord.Of(context).ClientGone = true;
            context.Abort();
        }
        catch (Exception exception) when (context.Response.HasStarted)
        {
            RequestRecord.Of(context).Failure = ErrorKind.Internal;
            LogFault(RequestRecord.Of(context).Id, Describe(exception));
            context.Abort();
        }
        catch (DialectException exception)
        {
            RequestRecord.Of(context).Failure = exception.Kind ?? KindOf(exception.Answer.Status);
            await exception.Answer.WriteAsync(context);
        }
        catch (QuiverException exception)
        {
            if (exception.Kind == ErrorKind.Internal)
                LogFault(RequestRecord.Of(context).Id, Describe(exception.InnerException ?? exception));
            await AnswerAsync(context, exception);
        }
        catch (BadHttpRequestException exception)
        {
            // What is left of the body cannot be told from the next request.
            if (!HttpProtocol.IsHttp2(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
            await AnswerFaultAsync(context, exception.StatusCode);
        }
#pragma warning disable CA1031 // The boundary: a fault ends its request, not the server.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFault(RequestRecord.Of(context).Id, Describe(exception));
            await AnswerAsync(context, new QuiverException(ErrorKind.Internal, "", exception));
        }
    }

    /// <summary>Whether the answer was under way when the request's time was over: nothing was left to do but to send it.</summary>
    private static bool IsSlowReader(HttpContext context, Exception exception) =>
        context.Response.HasStarted && exception is QuiverException { Kind: ErrorKind.Unavailable };

    private Task AnswerAsync(HttpContext context, QuiverException exception)
    {
        RequestRecord.Of(context).Failure = exception.Kind;
        return RendererOf(context).Render(exception).WriteAsync(context);
    }

    private Task AnswerFaultAsync(HttpContext context, int status)
    {
        RequestRecord.Of(context).Failure = KindOf(status);
        return RendererOf(context).Render(FaultOf(context, status)).WriteAsync(context);
    }

    private static ErrorKind KindOf(int status) => status switch
    {
        401 => ErrorKind.Unauthorized,
        403 => ErrorKind.Forbidden,
        413 => ErrorKind.RequestTooLarge,
        429 => ErrorKind.Overloaded,
        503 => ErrorKind.Unavailable,
        < 500 => ErrorKind.InvalidInput,
        _ => ErrorKind.Internal,
    };

    private ErrorRenderer RendererOf(HttpContext context) => ErrorRenderer.Of(context) ?? standard;

    private static HttpFault FaultOf(HttpContext context, int status) => new(status, status switch
    {
        404 => $"Invalid URL ({context.Request.Method} {Shown(context.Request.Path)})",
        405 => $"Not allowed to {context.Request.Method} on {Shown(context.Request.Path)} (HINT: Perhaps you meant {context.Response.Headers.Allow})",
        408 => "The body of the request did not arrive in time.",
        413 => $"The body of the request is larger than {MaxBodyBytes(context)} bytes. Send fewer inputs at a time.",
        426 => "HTTPS required",
        _ => "The request is not well-formed HTTP.",
    })
    {
        Limit = status == 413 ? MaxBodyBytes(context) : null,
    };

    private static long? MaxBodyBytes(HttpContext context) => context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;

    private static string Shown(PathString path) => path.Value is { Length: <= 200 } shown ? shown : "…";

    /// <summary>Type and place only: the message of an arbitrary exception may quote what it choked on.</summary>
    private static string Describe(Exception exception) => $"{exception.GetType()}\n{exception.StackTrace}";

    [LoggerMessage(1001, LogLevel.Error, "{RequestId} failed: {Fault}")]
    private partial void LogFault(string requestId, string fault);
}
