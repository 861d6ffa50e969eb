using System.Net;
using Quiver.Accounts;
using Quiver.Accounts.Sessions;
using Quiver.Caching;
using Quiver.Encoding;
using Quiver.Server.Auth;
using Quiver.Server.Telemetry;
using Quiver.Storage;

namespace Quiver.Server.Configuration;

/// <summary>What `quiver serve` was asked to do, checked by <see cref="ImpossibleValues"/> and then <see cref="Refusal"/>.</summary>
internal sealed record ServeOptions
{
    /// <summary>"localhost" for both loopback addresses, or one IP address to listen on.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>0 takes a free port and prints it.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>The file of the certificate, PEM, the intermediate ones behind it; null for plain HTTP.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>The file of the certificate's private key, PEM.</summary>
    public string? TlsKey { get; init; }

    public bool UsesTls => TlsCertificate is not null;

    /// <summary>Origins whose pages may read answers, as browsers write them ("https://app.example"); "*" for every one.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>Whose word on the caller's address counts.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Names of installed models, or folders.</summary>
    public IReadOnlyList<string> Models { get; init; } = [Installation.DefaultModel];

    /// <summary>Further names: alias, then the model it stands for.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Aliases { get; init; } = [];

    public Precision Precision { get; init; } = Precision.Int16;

    /// <summary>Who may come in; null is as <see cref="Mode"/> says.</summary>
    public AuthMode? Auth { get; init; }

    public AuthMode Mode => Auth ?? (ApiKey is null ? AuthMode.Open : AuthMode.Single);

    /// <summary>The one key that callers present; the master key of <see cref="AuthMode.Multi"/>.</summary>
    public string? ApiKey { get; init; }

    /// <summary>A file that holds the key; see <see cref="ReadKeyFile"/>.</summary>
    public string? ApiKeyFile { get; init; }

    /// <summary>Whether a key may stand in the query.</summary>
    public bool QueryKey { get; init; }

    /// <summary>Whether what needs a key is refused over plain HTTP.</summary>
    public bool RequireHttps { get; init; }

    /// <summary>Whether anyone may make an account, with <see cref="AuthMode.Multi"/>.</summary>
    public bool SignUp { get; init; } = true;

    /// <summary>What sessions are signed with; null makes one and keeps it.</summary>
    public string? JwtSecret { get; init; }

    /// <summary>What they were signed with before, and is still believed.</summary>
    public string? PreviousJwtSecret { get; init; }

    /// <summary>The services whose names, answers on shared paths and metrics are in force ("fastembed", "tei" …).</summary>
    public IReadOnlySet<string> Compat { get; init; } = new HashSet<string>();

    /// <summary>Whether over-long inputs are cut rather than refused when a request does not say; null does as each dialect's own server does.</summary>
    public bool? AutoTruncate { get; init; }

    /// <summary>Bytes for computed vectors; 0 keeps none.</summary>
    public long CacheSize { get; init; } = new MemoryTierOptions().MaxBytes;

    /// <summary>How long a computed vector is kept at most; null for as long as there is room.</summary>
    public TimeSpan? CacheTimeToLive { get; init; }

    /// <summary>Bytes for the vectors of one tenant in memory; null for as much as others leave.</summary>
    public long? CacheTenantSize { get; init; }

    public StoredElement CachePrecision { get; init; } = StoredElement.Float32;

    /// <summary>The operator's own version of what is cached.</summary>
    public string CacheVersion { get; init; } = "";

    /// <summary>Whether texts are kept beside vectors, for the single user.</summary>
    public bool KeepsTexts { get; init; }

    /// <summary>The longest that a request waits for a cache tier below memory.</summary>
    public TimeSpan CacheTimeout { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The Redis that keeps vectors, or null.</summary>
    public string? CacheRedis { get; init; }

    public TimeSpan CacheRedisTimeToLive { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Whether vectors are kept in a database; null where one is used anyway.</summary>
    public bool? CacheDatabase { get; init; }

    public bool UsesCacheDatabase => CacheDatabase ?? UsesDatabase;

    public long CacheDatabaseSize { get; init; } = 4L << 30;

    public long? CacheDatabaseTenantSize { get; init; }

    public TimeSpan? CacheDatabaseTimeToLive { get; init; }

    /// <summary>Hosts that callers' providers may be at, beside the built-in ones.</summary>
    public IReadOnlyList<string> ProviderHosts { get; init; } = [];

    /// <summary>What secrets are encrypted with; null is the installation's own key, where it can have one.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>What they were encrypted with before, and still may be.</summary>
    public IReadOnlyList<string> PreviousEncryptionKeys { get; init; } = [];

    /// <summary>The folder of our own files.</summary>
    public string DataFolder { get; init; } = "data";

    /// <summary>The address of the database as it was given; null is a file in <see cref="DataFolder"/>. See <see cref="DatabaseAddress"/>.</summary>
    public string? Database { get; init; }

    /// <summary>The schema of our tables on PostgreSQL, unless <see cref="Database"/> says it.</summary>
    public string DatabaseSchema { get; init; } = PostgreSqlAddress.DefaultSchema;

    /// <summary>Whether a start brings the tables up to date.</summary>
    public bool MigratesDatabase { get; init; } = true;

    /// <summary>Whether anything needs a database. Where nothing does, none is opened and no file is written.</summary>
    public bool UsesDatabase => Database is not null || Mode == AuthMode.Multi;

    /// <summary>The most inputs of one request to TEI's routes.</summary>
    public int MaxClientBatchSize { get; init; } = 32;

    /// <summary>The largest body that TEI's routes read, in bytes.</summary>
    public long PayloadLimit { get; init; } = 2_000_000;

    /// <summary>The most tokens of a text on FastEmbed's route, special tokens included; its MAX_TOKENS.</summary>
    public int FastEmbedMaxTokens { get; init; } = 128;

    /// <summary>The plan of callers where there are no accounts; null limits nobody.</summary>
    public string? Plan { get; init; }

    /// <summary>A Redis in which several processes count together, with its password; null counts in the database or in the process.</summary>
    public string? LimitRedis { get; init; }

    /// <summary>How many processes share the limits; each allows its part of them while <see cref="LimitRedis"/> is away.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Whether requests are refused while <see cref="LimitRedis"/> is away.</summary>
    public bool RefusesWithoutLimits { get; init; }

    /// <summary>The numbers of the plans that come with the program.</summary>
    public PresetLimits PlanLimits { get; init; } = new();

    /// <summary>The most texts of one request to EmbedCache's POST /v1/embed/batch; its MAX_BATCH_SIZE.</summary>
    public int EmbedCacheMaxBatch { get; init; } = 100;

    /// <summary>The largest body that EmbedCache's routes read, in bytes; its MAX_PAYLOAD_BYTES.</summary>
    public long EmbedCacheMaxPayload { get; init; } = 1_000_000;

    /// <summary>From a request's first byte to its answer's last.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From a connection's opening, or a request's first byte, to the end of its headers.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle between requests.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Between SIGTERM and the end of accepting connections: time for a load balancer to see that /health/ready answers 503. Requests are
    /// served meanwhile, and each answer asks for its connection to be closed. null is long enough for a load balancer, or for callers in the
    /// middle of a conversation to be told when no other machine can connect.
    /// </summary>
    public TimeSpan? DrainDelay { get; init; }

    public TimeSpan EffectiveDrainDelay => DrainDelay ?? TimeSpan.FromSeconds(ListensOnLoopbackOnly ? 0.25 : 5);

    /// <summary>How long requests in flight may take to finish once the server stops.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections open at one time; further ones are closed at once.</summary>
    public int MaxConnections { get; init; } = 2000;

    /// <summary>Request bodies held at one time, all requests together; beyond it requests are answered 429.</summary>
    public long BodyMemory { get; init; } = 512L * 1024 * 1024;

    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    /// <summary>The least severe of what is logged. Requests are logged as <see cref="LogLevel.Information"/>.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Where the log goes; null is stderr.</summary>
    public string? LogFile { get; init; }

    /// <summary>Bytes of one log file; a full one is renamed.</summary>
    public long LogFileSize { get; init; } = 64L * 1024 * 1024;

    /// <summary>Log files kept, the current one included.</summary>
    public int LogFiles { get; init; } = 5;

    /// <summary>Whether /metrics needs no key even from other machines.</summary>
    public bool MetricsPublic { get; init; }

    /// <summary>A port of its own for /metrics, which is then not served on <see cref="Port"/>; 0 takes a free one; null is none.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>An OTLP collector ("http://127.0.0.1:4318") that gets traces and metrics; null is none.</summary>
    public Uri? OtlpEndpoint { get; init; }

    public bool ListensOnLoopbackOnly => Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>The same with the key of <see cref="ApiKeyFile"/>, unless both are given: <see cref="ImpossibleValues"/> says so.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ServeOptions ReadKeyFile() => ApiKey is null && ApiKeyFile is not null ? this with { ApiKey = File.ReadAllText(ApiKeyFile).Trim(), ApiKeyFile = null } : this;

    /// <summary>Values that cannot be, each with its fix. Empty when there are none.</summary>
    public IEnumerable<string> ImpossibleValues()
    {
        if (DatabaseFiles.ProblemWith(this) is { } problem)
            yield return problem;
        foreach (var wrong in ProviderSettings.Problems(this))
            yield return wrong;
        if (ApiKey is not null && ApiKeyFile is not null)
            yield return "Give the API key or a file that holds it, not both.";
        if (Auth == AuthMode.Open && ApiKey is not null)
            yield return "--auth open asks for no key, and there is one: leave one of them out.";
        if (Auth == AuthMode.Single && ApiKey is null)
            yield return "--auth single needs the key: set QUIVER_API_KEY (or --api-key-file FILE).";
        if (JwtSecret is not null && SigningSecret.IsSample(JwtSecret))
            yield return "The JWT secret is an example out of documentation, which everyone knows. `openssl rand -hex 32` makes a good one.";
        if (TlsCertificate is null != TlsKey is null)
            yield return "TLS takes a certificate and its key: give both --tls-cert and --tls-key.";
        if (Models is [])
            yield return "There is no model to serve: name one in models.serve, or leave that out.";
        if (ApiKey is { Length: < 16 })
            yield return "The API key is shorter than 16 characters. `openssl rand -hex 24` makes a good one.";
        if (ApiKey is not null && ApiKey.Any(c => c is <= ' ' or > '~'))
            yield return "The API key holds a blank or a character outside ASCII, which an Authorization header cannot carry.";
    }

    /// <summary>Why possible values must not be served (docs/decisions/0020-open-mode.md), with the fix, or null.</summary>
    public string? Refusal()
    {
        if (Mode != AuthMode.Open)
            return null;
        if (!ListensOnLoopbackOnly)
            return $"--host {Host} lets other machines in, and there is no key. Set QUIVER_API_KEY (or --api-key-file FILE), or leave --host at localhost.";
        if (TrustedProxies is not [])
            return "--trusted-proxy brings callers from elsewhere, and there is no key. Set QUIVER_API_KEY (or --api-key-file FILE), or leave --trusted-proxy out.";
        return CorsOrigins.FirstOrDefault(origin => origin != "*" && !OpenModeGuard.IsLocalOrigin(origin)) is { } foreign
            ? $"--cors-origin {foreign} is no page of this machine, and without a key no other is answered. Set QUIVER_API_KEY (or --api-key-file FILE)."
            : null;
    }
}
