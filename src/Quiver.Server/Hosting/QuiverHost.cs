using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Quiver.Accounts;
using Quiver.Server.Admin;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Dialects.EmbedCache;
using Quiver.Server.Dialects.FastEmbed;
using Quiver.Server.Dialects.OpenAi;
using Quiver.Server.Dialects.Tei;
using Quiver.Server.Dialects.TkrEmbed;
using Quiver.Server.Documentation;
using Quiver.Server.Telemetry;

namespace Quiver.Server.Hosting;

/// <summary>Composes the HTTP server: limits, layers from the outside in, routes.</summary>
internal static class QuiverHost
{
    public const int MaxBodyBytes = 16 * 1024 * 1024;

    /// <remarks>
    /// Built from the empty builder: nothing is read from ASPNETCORE_* variables or from an appsettings.json in the current folder, so the
    /// server listens where its own options say and nowhere else.
    /// </remarks>
    public static WebApplication Build(ServeOptions options, ServerParts parts, Drain drain, TimeProvider time, Action<ILoggingBuilder>? logging = null)
    {
        var embeddings = parts.Embeddings;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listener.Configure(kestrel, options));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout);
        if (options is { TlsCertificate: { } certificate, TlsKey: { } key })
            builder.Services.AddSingleton(services => new ServerCertificate(certificate, key, time, services.GetRequiredService<ILogger<ServerCertificate>>()));
        builder.Services.AddSingleton(_ => new DeadlineQueue(options.RequestTimeout, time));
        builder.Services.AddTelemetry(options, embeddings.Models.Names.Max(name => embeddings.Models.Get(name).MaxTokens), time, logging);

        var app = builder.Build();
        parts.Cache.LogTo(app.Services.GetRequiredService<ILogger<CacheParts>>());
        TrustedProxies.Use(app, options);
        app.UseRouting();
        parts.Limits.LogTo(app.Services.GetRequiredService<ILogger<LimitParts>>());
        UseLayers(app, options, parts, drain, time);
        var bodyMemory = new BodyMemory(options.BodyMemory);
        var readiness = new Readiness(drain, embeddings);
        new UsageRoutes(parts.Limits.Usage).Map(app);
        HealthRoutes.Map(app, readiness, embeddings.Models.Names[0], options, time);
        MetricsRoutes.Map(app, app.Services.GetRequiredService<ServerMetrics>(), options);
        CacheRoutes.Map(app, parts.Cache.Tiers, time);
        new OpenAiRoutes(embeddings, bodyMemory, options, time).Map(app);
        var embedCache = new EmbedCacheRoutes(embeddings, parts.Providers, bodyMemory, options, time);
        embedCache.Map(app);
        new StatsRoute(embeddings, parts.Limits.Usage).Map(app);
        new ProviderRoutes(parts.Providers, bodyMemory, options).Map(app);
        if (parts.Accounts is { } accounts)
        {
            new Dialects.EmbedCache.AccountRoutes(accounts, bodyMemory, options).Map(app);
            new Dialects.TkrEmbed.KeyRoutes(accounts, bodyMemory, time).Map(app);
        }

        new SharedPath(bodyMemory, options, new FastEmbedRoutes(embeddings, options, time).Embed, embedCache.Embed).Map(app, "/v1/embed", Access.Key(Scopes.EmbedText));
        var tei = new TeiRoutes(embeddings, bodyMemory, readiness, options, time);
        tei.Map(app);
        var tkrEmbed = new TkrEmbedRoutes(embeddings, bodyMemory, options, time);
        tkrEmbed.Map(app);
        new Dialects.TkrEmbed.StatusRoutes(embeddings, options, time).Map(app);
        new SharedPath(bodyMemory, options, tei.Similarity, tkrEmbed.Similarity).Map(app, "/similarity", Access.Key(Scopes.EmbedText));
        if (parts.Accounts is not null)
            new AdminRoutes(parts.Accounts, new PlanPresets(options.PlanLimits), bodyMemory).Map(app);
        DocumentationRoutes.Map(app, StandardRenderer(options), readiness, options);
        EndpointAccess.RequireEverywhere(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints));
        return app;
    }

    /// <summary>Where the server listens, after it started: "http://127.0.0.1:8000".</summary>
    public static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Where it serves /metrics, after it started with <see cref="ServeOptions.MetricsPort"/>.</summary>
    public static string MetricsAddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last();

    private static void UseLayers(WebApplication app, ServeOptions options, ServerParts parts, Drain drain, TimeProvider time)
    {
        var metrics = app.Services.GetRequiredService<ServerMetrics>();
        Use(app, new RequestLog(app.Services.GetRequiredService<ILogger<RequestLog>>(), metrics, parts.Limits.Usage, drain, time).InvokeAsync);
        Use(app, new ErrorBoundary(app.Services.GetRequiredService<ILogger<ErrorBoundary>>(), StandardRenderer(options)).InvokeAsync);
        if (options.MetricsPort is not null)
            Use(app, MetricsPort.InvokeAsync);
        if (options.RequireHttps)
            Use(app, SecureTransport.InvokeAsync);
        if (options.Mode == AuthMode.Open)
            Use(app, new OpenModeGuard(new OpenToThisMachine(options.TrustedProxies)).InvokeAsync);
        if (options.CorsOrigins is not [])
            Use(app, new CrossOrigin(options.CorsOrigins).InvokeAsync);
        if (options is { Mode: AuthMode.Single, ApiKey: { } key })
            Use(app, new ApiKeyGuard(key, options.QueryKey).InvokeAsync);
        if (parts.Accounts is { } accounts)
            Use(app, new AccountGuard(accounts, options.ApiKey is { } master ? new ApiKeyGuard(master, options.QueryKey) : null, options.QueryKey).InvokeAsync);
        Use(app, new LimitLayer(parts.Limits.Limiter, parts.Limits.AnonymousPlan).InvokeAsync);
        Use(app, new RequestDeadline(app.Services.GetRequiredService<DeadlineQueue>()).InvokeAsync);
    }

    /// <summary>Where no route answers, a client of TEI looks at the status alone.</summary>
    private static ErrorRenderer StandardRenderer(ServeOptions options)
    {
        if (options.Compat.Contains("tei"))
            return TeiErrorRenderer.Shared;
        if (options.Compat.Contains("tkr-embed"))
            return TkrEmbedErrorRenderer.Shared;
        return options.Compat.Contains("embed-cache") ? EmbedCacheErrorRenderer.Shared : OpenAiErrorRenderer.Shared;
    }

    private static void Use(WebApplication app, Func<HttpContext, RequestDelegate, Task> layer) => app.Use(next => context => layer(context, next));

    /// <summary>Signals are the command's to handle: the framework's lifetime would stop accepting at the first of them.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
