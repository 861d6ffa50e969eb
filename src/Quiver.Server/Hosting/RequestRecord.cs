namespace Quiver.Server.Hosting;

/// <summary>What the log line of a request says: facts and counts, never content.</summary>
internal sealed class RequestRecord(string id)
{
    public string Id => id;

    public int Items { get; private set; }

    public long Tokens { get; private set; }

    /// <summary>Whether the caller left before the last of the answer.</summary>
    public bool ClientGone { get; set; }

    public static RequestRecord Of(HttpContext context) => context.Features.Get<RequestRecord>()!;

    public void Count(int items, long tokens) => (Items, Tokens) = (items, tokens);
}
