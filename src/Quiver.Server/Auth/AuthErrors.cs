using Quiver.Diagnostics;

namespace Quiver.Server.Auth;

/// <summary>What callers are told who are not let in: the same, whatever is wrong with what they present.</summary>
internal static class AuthErrors
{
    public static QuiverException Unauthorized(HttpContext context, Credentials presented)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return new QuiverException(ErrorKind.Unauthorized, presented.AreNone
            ? "You didn't provide an API key. Send it in the header Authorization: Bearer YOUR_KEY."
            : "Incorrect API key provided.");
    }
}
