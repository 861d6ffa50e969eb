using Quiver.Diagnostics;
using Quiver.Embedding;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>What became of each input of a call: a vector of the engine's result, or an error of its own.</summary>
internal sealed class EmbeddingsOutcome
{
    /// <summary>By input: its place in the result, or null where all are there in order.</summary>
    private readonly int[]? _places;

    private readonly OpenAiError?[]? _errors;

    private EmbeddingsOutcome(EmbeddingResult result, int[]? places, OpenAiError?[]? errors)
    {
        Result = result;
        (_places, _errors) = (places, errors);
        Count = places?.Length ?? result.Count;
        for (var i = 0; i < result.Count; i++)
        {
            Truncated += result.Truncated(i) ? 1 : 0;
            CacheHits += result.Cached(i) ? 1 : 0;
        }
    }

    public EmbeddingResult Result { get; }

    public int Count { get; }

    public int Truncated { get; }

    public int CacheHits { get; }

    /// <summary>Inputs without a vector, or null where an input that fails fails the call.</summary>
    public int? Failed => _errors?.Count(error => error is not null);

    /// <exception cref="OpenAiException">Every input failed: then the call did. Its status is the gravest of theirs.</exception>
    public static EmbeddingsOutcome Of(EmbeddingsCall call, EmbeddingResult? result)
    {
        if (!call.Request.ErrorsPerInput)
            return new EmbeddingsOutcome(result!, null, null);

        var (places, errors) = Spread(call, result);
        if (errors.All(error => error is not null))
        {
            var (place, worst) = errors.Index().MaxBy(error => error.Item!.Status);
            var kind = call.Empty.Any(empty => empty.Index == place) ? ErrorKind.InvalidInput : result!.Error(places[place])!.Kind;
            throw new OpenAiException(errors.Length == 1 ? worst! : worst! with { Message = $"None of the {errors.Length} inputs could be embedded. One of them: {worst.Message}" }, kind);
        }

        return new EmbeddingsOutcome(result!, places, errors);
    }

    /// <summary>Where the vector of an input is in <see cref="Result"/>.</summary>
    public int Place(int index) => _places is null ? index : _places[index];

    /// <summary>Why an input has no vector, or null.</summary>
    public OpenAiError? Error(int index) => _errors?[index];

    private static (int[] Places, OpenAiError?[] Errors) Spread(EmbeddingsCall call, EmbeddingResult? result)
    {
        var errors = new OpenAiError?[call.Request.Inputs.Count + call.Empty.Count];
        foreach (var (index, error) in call.Empty)
            errors[index] = error;

        var places = new int[errors.Length];
        var next = 0;
        for (var i = 0; i < errors.Length; i++)
        {
            if (errors[i] is not null)
                continue;
            if (result!.Error(next) is { } exception)
                errors[i] = OpenAiError.From(exception, i);
            places[i] = next++;
        }

        return (places, errors);
    }
}
