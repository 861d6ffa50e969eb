using System.Net;
using System.Net.Sockets;
using Quiver.Accounts;
using Quiver.Diagnostics;
using Quiver.Limits;
using Quiver.Server.Auth;

namespace Quiver.Server.Hosting;

/// <summary>
/// Opens the account of a request whose caller's plan has limits (<see cref="QueuePlace.AskedBy"/> hands it to the engine), tells in headers
/// what is left, and gives back what was taken where the server failed.
/// </summary>
/// <param name="plan">Holds for callers of a server without accounts.</param>
internal sealed class LimitLayer(Limiter limiter, Plan plan)
{
    /// <summary>A network gives every customer this many bits of an IPv6 address, and what is behind them is his to choose.</summary>
    private const int CustomerBytes = 8;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var caller = Callers.Of(context);
        var own = ReferenceEquals(caller, Caller.SingleUser) ? plan : caller.Plan;
        return own.Windows.Count == 0 ? next(context) : LimitAsync(context, next, caller, own);
    }

    private async Task LimitAsync(HttpContext context, RequestDelegate next, Caller caller, Plan own)
    {
        var charge = limiter.Begin(new RateSubject(caller.Tenant, caller.KeyId, AddressOf(context.Connection.RemoteIpAddress)), own.Windows, own.HitCost)!;
        context.Features.Set(charge);
        RequestRecord.Of(context).Plan = own.ShortName;
        context.Response.OnStarting(static state => ((Head)state).WriteAsync(), new Head(context, charge));
        var clientGone = context.RequestAborted;
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!clientGone.IsCancellationRequested && IsOurs(exception))
        {
            await RefundAsync(charge);
            throw;
        }
    }

    private static bool IsOurs(Exception exception) => exception switch
    {
        QuiverException { Kind: var kind } => kind is ErrorKind.Overloaded or ErrorKind.Unavailable or ErrorKind.ProviderFailed or ErrorKind.Internal,
        DialectException { Answer.Status: var status } => status >= StatusCodes.Status500InternalServerError,
        BadHttpRequestException => false,
        _ => true,
    };

    private static async Task RefundAsync(RequestCharge charge)
    {
        try
        {
            await charge.RefundAsync(CancellationToken.None);
        }
        catch (QuiverException error) when (error.Kind == ErrorKind.Unavailable)
        {
            // The counts are away too. The caller is told of the first failure.
        }
    }

    private static string AddressOf(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, CustomerBytes)) : address.ToString();
    }

    /// <summary>Writes the headers once an answer starts: which it is, and what was taken, is known only then.</summary>
    private sealed class Head(HttpContext context, RequestCharge charge)
    {
        public Task WriteAsync()
        {
            if (charge.Standings.Count > 0)
            {
                LimitHeaders.Write(context.Response.Headers, charge.Standings, charge.At);
                ErrorRenderer.Of(context)?.WriteLimits(context.Response.Headers, charge.Standings, context.Response.StatusCode, charge.At);
            }

            return Task.CompletedTask;
        }
    }
}
