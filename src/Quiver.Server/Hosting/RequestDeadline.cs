using Quiver.Diagnostics;

namespace Quiver.Server.Hosting;

/// <summary>Ends a request that takes too long as a whole; Kestrel's own limits only see the rates of its parts.</summary>
internal sealed class RequestDeadline(DeadlineQueue deadlines)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var clientGone = context.RequestAborted;
        using var deadline = deadlines.Begin(clientGone);
        context.RequestAborted = deadline.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (!clientGone.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
                QuiverMeter.Refusals.Add(1, new KeyValuePair<string, object?>("reason", "deadline"));
            throw new QuiverException(ErrorKind.Unavailable, $"The request was not answered within {deadlines.Limit.TotalSeconds} seconds.");
        }
        finally
        {
            context.RequestAborted = clientGone;
        }
    }
}
