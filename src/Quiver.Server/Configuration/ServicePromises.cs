using static Quiver.Server.Configuration.PromiseState;

namespace Quiver.Server.Configuration;

/// <summary>Every metric and endpoint that the documents of other services name, by profile.</summary>
internal static class ServicePromises
{
    private const string WithAccounts = "with `--auth multi`";

    private static readonly Dictionary<string, IReadOnlyList<ServicePromise>> ByProfile = new()
    {
        ["embed-cache"] =
        [
            new("http_requests_total", Honoured),
            new("http_request_duration_seconds", Honoured),
            new("embedding_cache_hits_total", Honoured),
            new("embedding_cache_misses_total", Honoured),
            new("embedding_compute_duration_seconds", Honoured),
            new("POST /v1/auth/signup", Honoured, WithAccounts),
            new("POST /v1/auth/login", Honoured, WithAccounts),
            new("POST /v1/keys", Honoured, $"{WithAccounts}; the service itself answered 501"),
            new("DELETE /v1/keys/{key_prefix}", Honoured, $"{WithAccounts}; the service itself answered 501"),
            new("POST /v1/embed", Honoured),
            new("POST /v1/embed/batch", Honoured),
            new("POST /v1/provider", Honoured, "where there is a database; GET and DELETE beside it"),
            new("GET /v1/stats", Honoured, "with counts that the service never had"),
            new("GET /v1/health", Honoured),
            new("GET /metrics", Honoured, "without the redirect"),
        ],
        ["fastembed"] =
        [
            new("fastembed_request_latency_seconds", Honoured),
            new("fastembed_inference_latency_seconds", Honoured),
            new("fastembed_cache_hits_total", Honoured),
            new("fastembed_requests_total", Honoured),
            new("POST /v1/embed", Honoured),
            new("GET /metrics", Honoured),
            new("GET /health", Honoured),
        ],
        ["tkr-embed"] =
        [
            new("POST /embed/text", Honoured, "a key in the address only with `--query-key`"),
            new("POST /embed/image", Refused, "400: the model embeds text alone"),
            new("POST /embed/multimodal", Refused, "400: the model embeds text alone"),
            new("GET /health", Honoured),
            new("GET /info", Honoured),
            new("GET /docs", Honoured),
            new("POST /similarity", Honoured),
            new("POST /admin/api-keys", Honoured, WithAccounts),
            new("GET /admin/api-keys", Honoured, WithAccounts),
            new("GET /admin/stats", Honoured),
            new("GET /admin/config", Honoured, "secrets as ***"),
        ],
    };

    /// <param name="profile">As <c>--compat</c> takes it.</param>
    public static IReadOnlyList<ServicePromise> Of(string profile) => ByProfile.GetValueOrDefault(profile) ?? [];
}
