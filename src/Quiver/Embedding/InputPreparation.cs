using Quiver.Diagnostics;
using Quiver.Tokenization.OpenAi;

namespace Quiver.Embedding;

/// <summary>From the inputs of a request to what the encoder takes, within the limits.</summary>
internal static class InputPreparation
{
    /// <summary>Characters and token ids from which a request is large: some milliseconds of tokenizing.</summary>
    private const int LargeLength = 64 * 1024;

    public static bool IsLarge(EmbeddingRequest request) =>
        request.Inputs.Sum(input => (long)(input.TokenIds?.Length ?? input.Text?.Length ?? 0)) > LargeLength;

    /// <exception cref="QuiverException">
    /// All inputs together are too many tokens; or, unless errors were asked for per input, an input has no token, is too long and was not to
    /// be cut, or holds an id that is not in the vocabulary.
    /// </exception>
    public static PreparedInputs Prepare(EmbeddingRequest request, IEmbedder model, int maxRequestTokens, CancellationToken cancellationToken)
    {
        if (request.Inputs.Count == 0)
            throw new QuiverException(ErrorKind.InvalidInput, "There is no input.") { Parameter = "input" };

        var prepared = new PreparedInputs(request.Inputs.Count);
        long total = 0;
        for (var i = 0; i < prepared.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var input = Prepare(request, i, model);
                total += input.Ids.Length;
                prepared.Add(i, input);
            }
            catch (QuiverException exception) when (request.ErrorsPerInput)
            {
                prepared.Add(i, exception);
            }
        }

        RequireAtMost(maxRequestTokens, total);
        return prepared;
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

    private static TokenizedInput Prepare(EmbeddingRequest request, int index, IEmbedder model)
    {
        var input = Tokenize(request, index, model);
        if (input.Ids.Length == 0)
            throw new QuiverException(ErrorKind.InvalidInput, "This model makes no token of it.") { Parameter = "input", InputIndex = index };
        if (request.TokenLimit is { } limit && input.FullLength > limit)
            throw TooLong(limit, input.FullLength, index);
        if (input.Truncated && request.LongInput == LongInput.Refuse)
            throw TooLong(model.MaxTokens, input.FullLength, index);
        return input;
    }

    private static TokenizedInput Tokenize(EmbeddingRequest request, int index, IEmbedder model)
    {
        var input = request.Inputs[index];
        try
        {
            if (input.TokenIds is null)
                return model.Tokenize(input.Text ?? "", request.Prompt, request.TruncationSide);
            if (!input.Complete && ModelDirectory.TakesOpenAiTokens(request.Model))
                return model.Tokenize(Decoded(input.TokenIds), request.Prompt, request.TruncationSide);
            return model.FromTokenIds(input.TokenIds, input.Complete, request.TruncationSide);
        }
        catch (QuiverException exception)
        {
            throw new QuiverException(exception.Kind, exception.Message, exception) { Parameter = exception.Parameter ?? "input", InputIndex = index };
        }
    }

    /// <summary>What a client of OpenAI's means by its ids; the same numbers are other words in this model's vocabulary.</summary>
    private static string Decoded(int[] ids)
    {
        foreach (var id in ids)
        {
            if (!Cl100k.Shared.IsValid(id))
                throw new QuiverException(ErrorKind.InvalidInput, $"Token id {id} is not in OpenAI's cl100k vocabulary, which requests to this model name use.");
        }

        return Cl100k.Shared.Decode(ids);
    }

    private static QuiverException TooLong(int limit, int length, int index) =>
        new(ErrorKind.InputTooLong, $"An input has {length} tokens; {limit} are taken.")
        {
            InputIndex = index,
            Tokens = length,
            TokenLimit = limit,
        };
}
