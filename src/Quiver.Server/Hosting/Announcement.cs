using Quiver.Embedding;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;

namespace Quiver.Server.Hosting;

/// <summary>What a start prints: the address, the models, who may call, and a curl that works.</summary>
internal static class Announcement
{
    /// <param name="metricsAddress">Of the port that serves /metrics alone, or null.</param>
    public static void Write(TextWriter output, string address, string? metricsAddress, IReadOnlyList<EmbeddingModel> models, ServeOptions options)
    {
        output.WriteLine($"Quiver {ProgramVersion.Full} listens on {address}");
        foreach (var model in models)
            output.WriteLine($"  model  {model.Name}: {model.Width} dimensions, up to {model.MaxTokens} tokens, {model.Precision.ToString().ToLowerInvariant()}");
        output.WriteLine($"  mode   {Describe(options.Mode)}");
        if (metricsAddress is not null)
            output.WriteLine($"  watch  {metricsAddress}{Telemetry.MetricsRoutes.Path}");
        output.WriteLine($"  try    {Curl(address, models[0].Name, options)}");
        output.Flush();
    }

    private static string Describe(AuthMode mode) => mode switch
    {
        AuthMode.Open => "open: no key, callers on this machine only. With QUIVER_API_KEY set, --host 0.0.0.0 lets others in.",
        AuthMode.Single => "single key: Authorization: Bearer KEY",
        _ => "multi: users and keys. `quiver users create EMAIL` makes one and prints the key once.",
    };

    private static string Curl(string address, string model, ServeOptions options)
    {
        // An address that stands for every interface is none to connect to.
        var reachable = address.Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal).Replace("//[::]:", "//[::1]:", StringComparison.Ordinal);
        var key = options.Mode == AuthMode.Open ? "" : " -H \"Authorization: Bearer $QUIVER_API_KEY\"";
        // The name in the certificate is not the address that is printed.
        var insecure = options.UsesTls ? "--insecure " : "";
        return $"curl {insecure}{reachable}/v1/embeddings{key} -H 'Content-Type: application/json' -d '{{\"model\":\"{model}\",\"input\":\"a quiver holds arrows\"}}'";
    }
}
