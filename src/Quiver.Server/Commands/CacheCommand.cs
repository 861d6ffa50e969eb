using System.CommandLine;
using Quiver.Caching;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Commands;

/// <summary><c>quiver cache</c>: what the cache's Redis and database hold, with or without a server that uses them.</summary>
internal static class CacheCommand
{
    private static readonly Option<string?> Tenant = new("--tenant") { HelpName = "ID", Description = "Only this tenant's vectors." };
    private static readonly Option<bool> Shared = new("--shared") { Description = "Only what tenants share." };
    private static readonly Option<string?> OfModel = new("--of-model") { HelpName = "NAME", Description = "Only vectors of the model of this name." };
    private static readonly Option<double?> OlderThan = new("--older-than") { HelpName = "DAYS", Description = "Only what was computed so many days ago, or longer." };
    private static readonly Option<bool> All = new("--all") { Description = "Everything: needed where there is no condition." };
    private static readonly Argument<string?> File = new("FILE") { Arity = ArgumentArity.ZeroOrOne, Description = "One text a line; without it, 3,000 common English words and phrases." };
    private static readonly Argument<string> Output = new("FILE") { DefaultValueFactory = _ => "-", Description = "The file to write; it appears when it is complete. - is standard output." };
    private static readonly Argument<string> Input = new("FILE") { Description = "What `quiver cache export` wrote. - is standard input." };
    private static readonly Option<bool> WithShared = new("--with-shared") { Description = "Also what tenants share: every tenant may then be answered with the vectors of this file." };

    public static Command Create()
    {
        var stats = Subcommand("stats", "List what the database tier holds, by tenant and model.", "quiver cache stats", StatsAsync);
        var clear = Subcommand(
            "clear",
            "Forget vectors in Redis and in the database. What running servers hold in memory they forget by DELETE /admin/cache.",
            """
            quiver cache clear --of-model all-MiniLM-L6-v2
            quiver cache clear --tenant usr_0123456789abcdef01234567
            quiver cache clear --older-than 90
            """,
            ClearAsync,
            Tenant, Shared, OfModel, OlderThan, All);
        var seed = Subcommand("seed", "Compute texts ahead, for the line that tenants share, or for one tenant.", "quiver cache seed\nquiver cache seed questions.txt", CacheSeed.RunAsync, Tenant);
        seed.Add(File);
        var export = Subcommand("export", "Write the vectors of the database tier as JSON lines, with their texts where those are kept.", "quiver cache export vectors.jsonl", CacheTransfer.ExportAsync, Tenant, Shared, OfModel);
        export.Add(Output);
        var import = Subcommand("import", "Read what `export` wrote, checked value by value.", "quiver cache import vectors.jsonl", CacheTransfer.ImportAsync, WithShared);
        import.Add(Input);
        return new DocumentedCommand("cache", "Look at the kept vectors, clear them, compute some ahead, carry them elsewhere.") { stats, clear, seed, export, import };
    }

    /// <summary>The texts' file of `seed`, or null.</summary>
    public static string? SeedFile(ParseResult arguments) => arguments.GetValue(File);

    public static string? TenantOf(ParseResult arguments) => arguments.GetValue(Tenant);

    public static string ExportFile(ParseResult arguments) => arguments.GetValue(Output)!;

    public static string ImportFile(ParseResult arguments) => arguments.GetValue(Input)!;

    public static bool TakesShared(ParseResult arguments) => arguments.GetValue(WithShared);

    /// <summary>The conditions of a command line; those that the command does not have are not given.</summary>
    /// <exception cref="UsageException">They do not go together.</exception>
    public static CacheFilter FilterOf(ParseResult arguments)
    {
        var filter = new CacheFilter { Tenant = arguments.GetValue(Tenant), SharedOnly = arguments.GetValue(Shared), Model = arguments.GetValue(OfModel) };
        return filter is { SharedOnly: true, Tenant: not null } ? throw new UsageException("What tenants share is no tenant's: leave one of --shared and --tenant out.") : filter;
    }

    /// <summary>The tiers below memory as the settings name them.</summary>
    /// <exception cref="UsageException">They name none.</exception>
    public static Task<CacheParts> OpenAsync(ServeOptions options, CancellationToken cancellationToken) => options.CacheRedis is null && !options.UsesCacheDatabase
        ? throw new UsageException("There is no cache outside a server's memory: name one with cache.database (--cache-database true) or cache.redis.")
        : CacheParts.CreateAsync(options, new MemoryTierOptions { MaxBytes = 0 }, TimeProvider.System, cancellationToken);

    private static DocumentedCommand Subcommand(
        string name, string description, string examples, Func<ServeOptions, ParseResult, CancellationToken, Task> run, params ReadOnlySpan<Option> options)
    {
        var command = new DocumentedCommand(name, description) { Examples = examples };
        foreach (var option in options)
            command.Add(option);
        var configuration = new ConfigurationOptions(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var loaded = configuration.Load(arguments);
            if (loaded.Problems is not [])
                throw new UsageException(string.Join(' ', loaded.Problems));
            await run(loaded.Options, arguments, cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task StatsAsync(ServeOptions options, ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var parts = await OpenAsync(options, cancellationToken);
        var table = new TextTable("tier", "tenant", "model", TextColumn.Number("vectors"), TextColumn.Number("bytes"));
        foreach (var line in await parts.Tiers.StatisticsAsync(cancellationToken))
            table.Add(line.Tier, line.Tenant ?? "(shared)", line.Model, $"{line.Entries}", $"{line.Bytes}");
        table.WriteTo(Console.Out);
    }

    private static async Task ClearAsync(ServeOptions options, ParseResult arguments, CancellationToken cancellationToken)
    {
        var filter = FilterOf(arguments);
        if (arguments.GetValue(OlderThan) is { } days)
            filter = filter with { Before = days is >= 0 and < 1e5 ? TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(days) : throw new UsageException("--older-than takes a number of days.") };
        if (filter == new CacheFilter() != arguments.GetValue(All))
            throw new UsageException("Say what to clear: --tenant, --shared, --of-model, --older-than, or --all alone.");
        await using var parts = await OpenAsync(options, cancellationToken);
        foreach (var (tier, entries) in (await parts.Tiers.ClearAsync(filter, cancellationToken)).Where(cleared => cleared.Tier != parts.Tiers.Memory.Name))
            Console.Out.WriteLine($"{tier}: {entries} vectors forgotten");
    }
}
