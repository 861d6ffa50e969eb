using Quiver.Diagnostics;
using Quiver.Embedding.Flights;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding;

/// <summary>From the inputs of a request to what the encoder takes, within the limits.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="largeRequests">How many large requests are tokenized at a time; the others wait, so that small ones find a core.</param>
internal sealed class InputPreparation(Scheduler scheduler, SingleFlight flights, SemaphoreSlim largeRequests)
{
    /// <summary>Characters and token ids from which a request is large: some milliseconds of tokenizing.</summary>
    private const int LargeLength = 64 * 1024;

    /// <summary>
    /// Tokenizes the missing inputs, or says why they cannot be embedded; those that another request computes already have their tokens from it.
    /// Only what the queue may take: when it is full, a refusal costs next to nothing.
    /// </summary>
    /// <exception cref="QuiverException">The queue is full, or closed.</exception>
    public async ValueTask PrepareAsync(RequestInputs inputs, EmbeddingRequest request, IEmbedder model, CancellationToken cancellationToken)
    {
        foreach (var input in inputs.Missing)
            input.Prepared = flights.Find(input.Key);
        var unknown = inputs.Missing.Where(input => input.Prepared is null).ToList();
        if (unknown.Count == 0)
            return;

        scheduler.RequireRoom(unknown.Count, request.Bulk);
        if (unknown.Sum(input => (long)(input.Input.TokenIds?.Length ?? input.Input.Text?.Length ?? 0)) <= LargeLength)
        {
            Tokenize(unknown, inputs.Prompt, request, model, cancellationToken);
            return;
        }

        await largeRequests.WaitAsync(cancellationToken);
        try
        {
            scheduler.RequireRoom(unknown.Count, request.Bulk);
            Tokenize(unknown, inputs.Prompt, request, model, cancellationToken);
        }
        finally
        {
            largeRequests.Release();
        }
    }

    /// <summary>Refuses what is longer than it may be, and the request, if it is too large or one of its inputs has an error.</summary>
    /// <exception cref="QuiverException">An input's, unless errors are told per input; or all inputs together are too many tokens.</exception>
    public static void RequireWithinLimits(RequestInputs inputs, EmbeddingRequest request, IEmbedder model, int maxRequestTokens)
    {
        foreach (var input in inputs.Distinct)
        {
            if (input.Error is null && LimitPassed(input.Tokens, request, model) is { } limit)
                input.Fail(TooLong(limit, input.Tokens.Full, input.Index));
            if (input.Error is { } error && !request.ErrorsPerInput)
                throw error;
        }

        RequireAtMost(maxRequestTokens, inputs.ByPosition.Sum(input => input.Error is null ? (long)input.Tokens.Embedded : 0));
    }

    /// <exception cref="QuiverException">A request has too many tokens.</exception>
    public static void RequireAtMost(int maxTokens, long tokens)
    {
        if (tokens <= maxTokens)
            return;
        throw new QuiverException(ErrorKind.RequestTooLarge, $"Requested {tokens} tokens, max {maxTokens} tokens per request")
        {
            Tokens = tokens,
            TokenLimit = maxTokens,
        };
    }

    private static void Tokenize(List<RequestedInput> inputs, string prompt, EmbeddingRequest request, IEmbedder model, CancellationToken cancellationToken)
    {
        foreach (var input in inputs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var prepared = Tokenize(input.Input, prompt, request, model);
                if (prepared.Tokens == 0)
                    throw new QuiverException(ErrorKind.InvalidInput, "This model makes no token of it.");
                input.Prepared = prepared;
            }
            catch (QuiverException exception)
            {
                input.Fail(new QuiverException(exception.Kind, exception.Message, exception) { Parameter = exception.Parameter ?? "input", InputIndex = input.Index });
            }
        }
    }

    private static PreparedInput Tokenize(EmbeddingInput input, string prompt, EmbeddingRequest request, IEmbedder model)
    {
        var whole = input.TokenIds is { } ids
            ? model.FromTokenIds(ids, input.Complete, request.TruncationSide)
            : model.Tokenize(input.Text ?? "", prompt, request.TruncationSide);
        if (request.LongInput != LongInput.Mean || !whole.Truncated)
            return PreparedInput.Of(whole);
        return new PreparedInput(model.Windows(input, prompt), whole.FullLength);
    }

    private static int? LimitPassed((int Embedded, int Full) tokens, EmbeddingRequest request, IEmbedder model)
    {
        if (request.TokenLimit is { } limit && tokens.Full > limit)
            return limit;
        return request.LongInput == LongInput.Refuse && tokens.Full > tokens.Embedded ? model.MaxTokens : null;
    }

    private static QuiverException TooLong(int limit, int length, int index) =>
        new(ErrorKind.InputTooLong, $"An input has {length} tokens; {limit} are taken.")
        {
            InputIndex = index,
            Tokens = length,
            TokenLimit = limit,
        };
}
