using System.Buffers;

namespace Quiver.Server.Hosting;

/// <summary>Lets web pages of the listed origins read answers (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). Without credentials: a page sends a key itself.</summary>
internal sealed class CrossOrigin(IReadOnlyList<string> origins)
{
    private const string MaxAgeSeconds = "3600";

    private static readonly SearchValues<char> HeaderNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_, ");

    private readonly bool _anyOrigin = origins.Contains("*");

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var (request, answer) = (context.Request, context.Response.Headers);
        // Also where the origin is missing or not allowed: a shared cache must not hand that answer to a page which is.
        if (!_anyOrigin)
            answer.Append("Vary", "Origin");
        if (request.Headers.Origin is not [{ Length: > 0 } origin] || !IsAllowed(origin))
            return next(context);

        answer.AccessControlAllowOrigin = _anyOrigin ? "*" : origin;
        if (HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0)
        {
            AnswerPreflight(context);
            return Task.CompletedTask;
        }

        answer.AccessControlExposeHeaders = "*";
        return next(context);
    }

    private bool IsAllowed(string origin) => _anyOrigin || origins.Contains(origin, StringComparer.OrdinalIgnoreCase);

    /// <summary>Before anyone asks for a key: a browser sends none with this question.</summary>
    private static void AnswerPreflight(HttpContext context)
    {
        var (asked, answer) = (context.Request.Headers.AccessControlRequestHeaders.ToString(), context.Response.Headers);
        answer.AccessControlAllowMethods = "GET, POST";
        // Client libraries send headers of their own, and "*" would not cover Authorization.
        answer.Append("Vary", "Access-Control-Request-Headers");
        if (asked.Length > 0 && !asked.AsSpan().ContainsAnyExcept(HeaderNames))
            answer.AccessControlAllowHeaders = asked;
        answer.AccessControlMaxAge = MaxAgeSeconds;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
