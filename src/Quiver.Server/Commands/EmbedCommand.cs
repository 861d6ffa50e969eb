using System.CommandLine;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Server.Commands.Formats;

namespace Quiver.Server.Commands;

/// <summary><c>quiver embed</c>: texts from a file or pipe, vectors to a file or pipe.</summary>
internal static class EmbedCommand
{
    /// <summary>
    /// The queue has no limits of its own: the pipeline's few batches in flight are the limit, and on a machine of many cores they may be
    /// more than a server would let wait. Many short texts share a unit, since nobody waits for a single one.
    /// </summary>
    private static readonly EmbeddingServiceOptions Throughput = new()
    {
        Scheduler = new() { UnitTexts = 64, InteractiveQueueTokens = int.MaxValue, BulkQueueTokens = int.MaxValue, QueueTexts = int.MaxValue },
        // For files that repeat their texts; a larger one would be memory that grows with the input.
        Cache = new() { MaxBytes = 16 << 20 },
    };

    private static readonly Option<string> Model = ModelOptions.Model();
    private static readonly Option<Precision> Precision = ModelOptions.Precision();

    private static readonly Option<VectorFormat> Format = new("--format", "-f")
    {
        HelpName = "jsonl|npy|csv",
        Description = "jsonl: index, embedding, tokens, truncated. npy: a float32 array for NumPy. csv: as jsonl, in columns. " +
            "Without it the ending of --output decides; jsonl where that is none of these.",
    };

    private static readonly Option<string> Output = new("--output", "-o")
    {
        HelpName = "FILE",
        Description = "The file to write; it appears when it is complete. - is standard output.",
        DefaultValueFactory = _ => "-",
    };

    private static readonly Option<bool> NoTruncate = new("--no-truncate")
    {
        Description = "Refuse a text over the model's limit, naming its line, instead of cutting it.",
    };

    public static Command Create()
    {
        var command = new DocumentedCommand("embed", "Compute the vectors of texts.")
        {
            Examples = """
                quiver embed --input texts.txt --output vectors.jsonl
                quiver embed --input texts.txt --output vectors.npy
                # Objects with a member "text"; the result goes to another program.
                cat documents.jsonl | quiver embed --input-format jsonl | my-loader
                # The reference arithmetic, and an error rather than a cut text.
                quiver embed --precision f32 --no-truncate --input texts.txt --format csv
                """,
        };
        command.Add(Model);
        command.Add(Precision);
        var input = new InputOptions(command);
        Format.AcceptOnlyFromAmong("jsonl", "npy", "csv");
        command.Add(Format);
        command.Add(Output);
        command.Add(NoTruncate);
        // In a task from the start: the library listens for Ctrl+C only once the action has returned one, and files must not stay behind.
        command.SetAction((arguments, cancellationToken) => Task.Run(() => RunAsync(arguments, input, cancellationToken), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, InputOptions inputOptions, CancellationToken cancellationToken)
    {
        using var input = inputOptions.Open(arguments, textOnly: true);
        using var model = LocalModels.Load(arguments.GetValue(Model)!, arguments.GetValue(Precision));
        using var service = new EmbeddingService(new ModelDirectory([model]), Throughput);

        var path = arguments.GetValue(Output)!;
        var format = arguments.GetResult(Format) is { Implicit: false } ? arguments.GetValue(Format) : VectorFormats.FromEnding(path);
        using var output = OutputFile.Create(path, seekable: format == VectorFormat.Npy);
        var writer = VectorWriter.Create(format, output.Stream, model.Width);
        var pipeline = new EmbedPipeline(service, model, Throughput.MaxRequestTokens, model.Normalizes, truncate: !arguments.GetValue(NoTruncate));

        var progress = new EmbedProgress(input.Length, TimeProvider.System);
        await progress.ShowWhileAsync(() => pipeline.RunAsync(input, writer, progress, cancellationToken));

        writer.Complete();
        output.Commit();
        if (pipeline.Truncated > 0)
        {
            Console.Error.WriteLine(
                $"quiver: {pipeline.Truncated} of {pipeline.Texts} texts were cut to {model.MaxTokens} tokens, the first on line {pipeline.FirstTruncatedLine}.");
        }

        return ExitCode.Success;
    }
}
