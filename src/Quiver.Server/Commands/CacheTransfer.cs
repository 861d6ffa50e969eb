using System.CommandLine;
using Quiver.Caching;
using Quiver.Server.Commands.Formats;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands;

/// <summary><c>quiver cache export</c> and <c>import</c>: the database tier as JSON lines.</summary>
internal static class CacheTransfer
{
    private const int BatchSize = 256;

    public static async Task ExportAsync(ServeOptions options, ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var parts = await CacheCommand.OpenAsync(options, cancellationToken);
        var database = DatabaseOf(parts.Tiers);
        var filter = CacheCommand.FilterOf(arguments);
        using var output = OutputFile.Create(CacheCommand.ExportFile(arguments), seekable: false);
        foreach (var line in (await database.LinesAsync(cancellationToken)).Where(line => filter.Matches(line.Line)))
        {
            await foreach (var stored in database.ScanAsync(line, cancellationToken))
                CachedLine.Write(output.Stream, stored);
        }

        output.Commit();
    }

    public static async Task ImportAsync(ServeOptions options, ParseResult arguments, CancellationToken cancellationToken)
    {
        var path = CacheCommand.ImportFile(arguments);
        await using var parts = await CacheCommand.OpenAsync(options, cancellationToken);
        var database = DatabaseOf(parts.Tiers);
        var widths = options.Models.Select(LocalModels.Open).ToDictionary(model => model.Name, model => model.Width, StringComparer.Ordinal);
        using var reader = path == "-" ? Console.In : new StreamReader(path);
        var batch = new List<CacheAddition>();
        var (number, imported, shared) = (0L, 0L, 0L);
        while (await reader.ReadLineAsync(cancellationToken) is { } text)
        {
            number++;
            if (text.Length == 0)
                continue;
            var stored = CachedLine.Read(text, path, number);
            var line = stored.Entry.Line;
            if (widths.TryGetValue(line.Model, out var width) && width != line.Width)
                throw new InputException(path, number, $"the vector has {line.Width} elements; those of the model have {width}.");
            if (line.Tenant is null && !CacheCommand.TakesShared(arguments))
            {
                shared++;
                continue;
            }

            batch.Add(new CacheAddition(stored.Entry, stored.Text));
            imported++;
            if (batch.Count == BatchSize)
                await WriteAsync();
        }

        await WriteAsync();
        Console.Out.WriteLine($"{imported} vectors read");
        if (shared > 0)
            Console.Error.WriteLine($"quiver: {shared} vectors that tenants share were left out: every tenant would be answered with them. --with-shared takes them.");

        async Task WriteAsync()
        {
            await database.AddAsync(batch, cancellationToken);
            batch.Clear();
        }
    }

    private static DatabaseTier DatabaseOf(TieredCache tiers) =>
        tiers.Database ?? throw new UsageException("Only the database tier can tell all it holds: name one with cache.database (--cache-database true).");
}
