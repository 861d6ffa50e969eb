namespace Quiver.Server.Configuration;

/// <summary>What became of something that a service's document names.</summary>
internal enum PromiseState
{
    /// <summary>Works as the service's document says.</summary>
    Honoured,

    /// <summary>Taken without an error; a line at the start says what is so instead.</summary>
    Accepted,

    NotYet,

    /// <summary>Not done on purpose.</summary>
    Refused,
}

/// <summary>A metric or an endpoint of a service, and what became of it. Variables stand with the settings they mean, and in their <see cref="Profile"/>.</summary>
/// <param name="Name">As the service's document writes it: "POST /v1/embed", "http_requests_total".</param>
/// <param name="Note">What to know of it; the reason, where it is not honoured.</param>
internal sealed record ServicePromise(string Name, PromiseState State, string Note = "")
{
    public bool IsEndpoint => Name.Contains(" /", StringComparison.Ordinal);

    /// <summary>As documentation shows it.</summary>
    public static string Word(PromiseState state) => state switch
    {
        PromiseState.Honoured => "honoured",
        PromiseState.Accepted => "accepted with a start-up line",
        PromiseState.NotYet => "not yet",
        _ => "refused",
    };
}
