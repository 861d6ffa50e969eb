using System.CommandLine;
using Quiver.Embedding;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands;

/// <summary><c>quiver cache seed</c>: computes texts with each served model and keeps the vectors.</summary>
internal static class CacheSeed
{
    private const int BatchSize = 64;

    public static async Task RunAsync(ServeOptions options, ParseResult arguments, CancellationToken cancellationToken)
    {
        var texts = CacheCommand.SeedFile(arguments) is { } file ? [.. (await File.ReadAllLinesAsync(file, cancellationToken)).Where(line => line.Trim().Length > 0)] : CommonPhrases();
        var tenant = CacheCommand.TenantOf(arguments);
        var models = new List<EmbeddingModel>();
        try
        {
            foreach (var name in options.Models)
                models.Add(LocalModels.Load(name, options.Precision));
            await using var parts = await CacheCommand.OpenAsync(options, cancellationToken);
            await using var embeddings = new EmbeddingService(new ModelDirectory(models), ServiceOptions(options), parts.Tiers);
            foreach (var model in models)
                Console.Out.WriteLine($"{model.Name}: {texts.Length} texts, {await EmbedAsync(embeddings, model.Name, tenant, texts, cancellationToken)} computed");
        }
        finally
        {
            models.ForEach(model => model.Dispose());
        }
    }

    /// <returns>How many were not there yet.</returns>
    private static async Task<int> EmbedAsync(EmbeddingService embeddings, string model, string? tenant, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var computed = 0;
        foreach (var batch in texts.Chunk(BatchSize))
        {
            // Without a tenant the single user's line is filled too, so that it serves with and without accounts.
            var request = new EmbeddingRequest(model, [.. batch.Select(text => new EmbeddingInput(text))])
            {
                Tenant = tenant ?? "",
                Shared = tenant is null,
                LongInput = LongInput.Truncate,
                Bulk = true,
            };
            var result = await embeddings.EmbedAsync(request, cancellationToken);
            computed += Enumerable.Range(0, result.Count).Count(i => result.Source(i) == InputSource.Computed);
            // The queue of writes is bounded, and nothing here is to be dropped.
            await embeddings.Cache.FlushAsync(cancellationToken);
        }

        return computed;
    }

    /// <summary>The list that comes with Quiver.</summary>
    internal static string[] CommonPhrases()
    {
        using var reader = new StreamReader(typeof(CacheSeed).Assembly.GetManifestResourceStream("Quiver.Server.Commands.common-phrases.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static EmbeddingServiceOptions ServiceOptions(ServeOptions options) => new() { CacheVersion = options.CacheVersion, KeepTexts = options.KeepsTexts };
}
