using System.Threading.Channels;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Server.Commands.Formats;

namespace Quiver.Server.Commands;

/// <summary>
/// Reads, embeds and writes at the same time and in order: a reader fills a short queue of batches that the service already computes,
/// and the writer awaits them one after another. Memory does not grow with the input.
/// </summary>
/// <param name="maxRequestTokens">The service's limit on one request, which a batch is.</param>
/// <param name="normalize">Whether vectors leave at unit length.</param>
/// <param name="truncate">Whether a text over the model's limit is cut to it; otherwise it ends the run.</param>
internal sealed class EmbedPipeline(EmbeddingService service, IEmbedder model, int maxRequestTokens, bool normalize, bool truncate)
{
    /// <summary>Batches under way or finished out of turn. Four keep two runners busy while the writer waits for a slow one.</summary>
    private static readonly int BatchesInFlight = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>For memory: a text may be as long as the reader allows, however few tokens of it remain.</summary>
    private const int MaxBatchCharacters = 64 << 10;

    /// <summary>So few that the service takes them in one request even if each is as long as the model's limit.</summary>
    private readonly int _maxBatchTexts = Math.Clamp(maxRequestTokens / model.MaxTokens, 1, 64);

    public long Texts { get; private set; }

    public long Truncated { get; private set; }

    /// <summary>The line of the first text that was cut, from 1; 0 where none was.</summary>
    public long FirstTruncatedLine { get; private set; }

    /// <exception cref="InputException">A line cannot be used, or holds a text over the limit that was not to be cut.</exception>
    public async Task RunAsync(InputReader input, VectorWriter output, EmbedProgress progress, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<Batch>(new BoundedChannelOptions(BatchesInFlight) { SingleReader = true, SingleWriter = true });
        var reading = ReadAsync(input, batches, stop.Token);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellationToken))
            {
                Write(batch.Records, await batch.Result, output);
                output.Flush();
                progress.Report(Texts, batch.EndPosition);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>Never throws: what goes wrong comes out of the channel, behind the batches before it.</summary>
    private async Task ReadAsync(InputReader input, Channel<Batch> batches, CancellationToken cancellationToken)
    {
        try
        {
            await FillAsync(input, batches, cancellationToken);
            batches.Writer.Complete();
        }
#pragma warning disable CA1031 // Passed on, not swallowed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            batches.Writer.Complete(exception);
        }
    }

    private async Task FillAsync(InputReader input, Channel<Batch> batches, CancellationToken cancellationToken)
    {
        List<InputRecord> records = [];
        var characters = 0;
        await using var reader = input.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = reader.MoveNextAsync();

            // Whoever types, or a slow program, is answered at once: a batch fills up only while others wait to be computed.
            if (!next.IsCompleted && records.Count > 0 && batches.Reader.Count == 0 && batches.Writer.TryWrite(Start(input, records, cancellationToken)))
                (records, characters) = ([], 0);

            try
            {
                if (!await next) break;
            }
            catch (InputException) when (records.Count > 0)
            {
                await batches.Writer.WriteAsync(Start(input, records, cancellationToken), cancellationToken);
                throw;
            }

            records.Add(reader.Current);
            characters += reader.Current.Text.Length;
            if (records.Count < _maxBatchTexts && characters < MaxBatchCharacters) continue;

            await batches.Writer.WriteAsync(Start(input, records, cancellationToken), cancellationToken);
            (records, characters) = ([], 0);
        }

        if (records.Count > 0) await batches.Writer.WriteAsync(Start(input, records, cancellationToken), cancellationToken);
    }

    private Batch Start(InputReader input, List<InputRecord> records, CancellationToken cancellationToken) =>
        new(records, input.Position, Task.Run(() => EmbedAsync(input, records, cancellationToken), cancellationToken));

    private async Task<EmbeddingResult> EmbedAsync(InputReader input, List<InputRecord> records, CancellationToken cancellationToken)
    {
        var request = new EmbeddingRequest(model.Name, records.ConvertAll(record => new EmbeddingInput(record.Text)))
        {
            Normalize = normalize,
            LongInput = truncate ? LongInput.Truncate : LongInput.Refuse,
        };
        try
        {
            return await service.EmbedAsync(request, cancellationToken);
        }
        catch (QuiverException exception) when (exception is { Kind: ErrorKind.InputTooLong, InputIndex: { } index })
        {
            throw input.Refuse(records[index], $"{exception.Tokens} tokens; {model.Name} takes {exception.TokenLimit}. Without --no-truncate it is cut.");
        }
        catch (QuiverException exception) when (exception is { Kind: ErrorKind.InvalidInput, InputIndex: { } index })
        {
            throw input.Refuse(records[index], exception.Message);
        }
    }

    private void Write(List<InputRecord> records, EmbeddingResult result, VectorWriter output)
    {
        for (var i = 0; i < result.Count; i++)
        {
            output.Write(records[i].Index, result.Vector(i), result.Tokens(i), result.Truncated(i));
            if (!result.Truncated(i)) continue;
            if (Truncated++ == 0) FirstTruncatedLine = records[i].Line;
        }

        Texts += result.Count;
    }

    private sealed record Batch(List<InputRecord> Records, long EndPosition, Task<EmbeddingResult> Result);
}
