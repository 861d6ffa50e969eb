namespace Quiver.Server.Hosting;

/// <summary>Whether the server is on its way out. From then on it is not ready, and each answer asks for its connection to be closed.</summary>
internal sealed class Drain
{
    private volatile bool _begun;

    public bool Begun => _begun;

    public void Begin() => _begun = true;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Asked when the answer starts, so that requests which were in flight already are told too.
        context.Response.OnStarting(() =>
        {
            if (_begun)
                context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
        return next(context);
    }
}
