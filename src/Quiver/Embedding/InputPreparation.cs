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

    /// <exception cref="QuiverException">An input has no token, or is too long and was not to be cut, an id is not in the vocabulary, or all together are too many.</exception>
    public static TokenizedInput[] Prepare(EmbeddingRequest request, IEmbedder model, int maxRequestTokens, CancellationToken cancellationToken)
    {
        if (request.Inputs.Count == 0)
            throw new QuiverException(ErrorKind.InvalidInput, "There is no input.") { Parameter = "input" };

        var prepared = new TokenizedInput[request.Inputs.Count];
        long total = 0;
        for (var i = 0; i < prepared.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var input = Tokenize(request, i, model);
            if (input.Ids.Length == 0)
                throw new QuiverException(ErrorKind.InvalidInput, "This model makes no token of it.") { Parameter = "input", InputIndex = i };
            if (input.Truncated && request.LongInput == LongInput.Refuse)
                throw TooLong(model, input.FullLength, i);
            total += input.Ids.Length;
            prepared[i] = input;
        }

        if (total > maxRequestTokens)
        {
            throw new QuiverException(ErrorKind.RequestTooLarge, $"Requested {total} tokens, max {maxRequestTokens} tokens per request")
            {
                Tokens = total,
                TokenLimit = maxRequestTokens,
            };
        }

        return prepared;
    }

    private static TokenizedInput Tokenize(EmbeddingRequest request, int index, IEmbedder model)
    {
        var input = request.Inputs[index];
        if (input.TokenIds is null)
            return model.Tokenize(input.Text ?? "");
        try
        {
            return ModelDirectory.TakesOpenAiTokens(request.Model) ? model.Tokenize(Decoded(input.TokenIds)) : model.FromTokenIds(input.TokenIds);
        }
        catch (QuiverException exception)
        {
            throw new QuiverException(exception.Kind, exception.Message, exception) { Parameter = "input", InputIndex = index };
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

    private static QuiverException TooLong(IEmbedder model, int length, int index) =>
        new(ErrorKind.InputTooLong, $"An input has {length} tokens; this model takes {model.MaxTokens}.")
        {
            InputIndex = index,
            Tokens = length,
            TokenLimit = model.MaxTokens,
        };
}
