using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Server.Configuration;
using Quiver.Server.Dialects.Tei.Bodies;

namespace Quiver.Server.Dialects.Tei;

/// <summary>A request of a TEI route, for the engine.</summary>
/// <param name="Characters">As TEI counts them: Unicode scalars of texts, and ids.</param>
internal sealed record TeiCall(EmbeddingRequest Request, long Characters);

/// <summary>The one model that TEI's routes serve, and the rules TEI has for what is asked of it.</summary>
internal sealed class TeiModel(IEmbedder model, ServeOptions options)
{
    /// <summary>Longer texts are refused before they are tokenized, so many characters to a token of the model's limit.</summary>
    private const int CharactersPerToken = 250;

    /// <summary>TEI cuts unless it was started otherwise.</summary>
    private readonly bool _autoTruncate = options.AutoTruncate ?? true;

    public IEmbedder Embedder => model;

    public bool AutoTruncate => _autoTruncate;

    /// <summary>Its first other name, or its own.</summary>
    public string ServedName => options.Aliases.Where(alias => alias.Value == model.Name).Select(alias => alias.Key).FirstOrDefault(model.Name);

    /// <exception cref="TeiException">TEI would refuse it.</exception>
    public TeiCall Call(EmbedBody body)
    {
        RequireDimensions(body.Dimensions);
        RequireInputs(body.Inputs.Count);
        var prompt = Prompt(body.PromptName);
        var truncate = body.Truncate ?? _autoTruncate;
        var request = new EmbeddingRequest(model.Name, body.Inputs.ConvertAll(input => Checked(input, prompt, truncate)))
        {
            Dimensions = body.Dimensions,
            Normalize = body.Normalize,
            LongInput = truncate ? LongInput.Truncate : LongInput.Refuse,
            TruncationSide = body.Side,
            Prompt = prompt,
        };
        return new TeiCall(request, body.Inputs.Sum(Characters));
    }

    /// <summary>The source sentence is the first input.</summary>
    /// <exception cref="TeiException">TEI would refuse it.</exception>
    public TeiCall Call(SimilarityBody body)
    {
        if (body.Sentences == 0)
            throw new TeiException(TeiError.Empty("`inputs.sentences` cannot be empty"));
        RequireBatch(body.Sentences + 1);
        var prompt = Prompt(body.PromptName);
        var truncate = body.Truncate ?? _autoTruncate;
        var request = new EmbeddingRequest(model.Name, [.. body.Texts.Select(text => Checked(new EmbeddingInput(text), prompt, truncate))])
        {
            LongInput = truncate ? LongInput.Truncate : LongInput.Refuse,
            TruncationSide = body.Side,
            Prompt = prompt,
        };
        return new TeiCall(request, request.Inputs.Sum(Characters));
    }

    /// <summary>The text that a prompt's name stands for; null, the model's default prompt, for no name.</summary>
    /// <exception cref="TeiException">The model has no such prompt.</exception>
    public string? Prompt(string? name)
    {
        if (name is null || model.Prompts.TryGetValue(name, out var prompt))
            return name is null ? null : model.Prompts[name];
        var known = string.Join(", ", model.Prompts.Keys.Select(key => $"\"{key}\""));
        var asked = name.Length <= 64 ? name : "…";
        throw new TeiException(TeiError.Invalid($"`default-prompt-name` is set to `{asked}` but it was not found in the Sentence Transformers prompts. Available prompts: [{known}]"));
    }

    /// <summary>The prompt's text, where none is named the default one's.</summary>
    public string PromptText(string? prompt) => prompt ?? (model.DefaultPromptName is { } name ? model.Prompts[name] : "");

    /// <exception cref="TeiException">There is none, or there are too many.</exception>
    public void RequireInputs(int count)
    {
        if (count == 0)
            throw EmptyInputs();
        RequireBatch(count);
    }

    /// <exception cref="TeiException">There are more inputs than one request may have.</exception>
    public void RequireBatch(int count)
    {
        if (count > options.MaxClientBatchSize)
            throw new TeiException(new TeiError(422, "Validation", $"batch size {count} > maximum allowed batch size {options.MaxClientBatchSize}") { Kind = ErrorKind.RequestTooLarge });
    }

    /// <exception cref="TeiException">The text is empty, or so long that it is not even tokenized.</exception>
    public void RequireText(string text, bool truncate)
    {
        if (text.Length == 0)
            throw EmptyInputs();
        var most = (long)model.MaxTokens * CharactersPerToken;
        if (!truncate && text.Length > most && Characters(text) is var characters && characters > most)
            throw new TeiException(TeiError.Invalid($"`inputs` must have less than {most} characters. Given: {characters}") with { Kind = ErrorKind.InputTooLong });
    }

    private static long Characters(EmbeddingInput input) => input.TokenIds?.Length ?? Characters(input.Text!);

    private static long Characters(string text)
    {
        var characters = text.Length;
        foreach (var unit in text)
        {
            if (char.IsLowSurrogate(unit))
                characters--;
        }

        return characters;
    }

    /// <summary>Behind a prompt, ids are words again: without the special tokens that they hold, and with those of the whole.</summary>
    private EmbeddingInput Checked(EmbeddingInput input, string? prompt, bool truncate)
    {
        if (input.Text is { } text)
        {
            RequireText(text, truncate);
            return input;
        }

        if (input.TokenIds is not { Length: > 0 } ids)
            throw EmptyInputs();
        return PromptText(prompt).Length > 0 ? new EmbeddingInput(model.Decode(ids, skipSpecialTokens: true)) : input;
    }

    private void RequireDimensions(int? dimensions)
    {
        if (dimensions is 0)
            throw new TeiException(TeiError.Invalid("`dimensions` should be positive"));
        if (dimensions > model.Width)
            throw new TeiException(TeiError.Invalid("`dimensions` should be smaller than the maximum embedding dimension."));
    }

    private static TeiException EmptyInputs() => new(TeiError.Invalid("`inputs` cannot be empty") with { Status = 400, Type = "Empty" });
}
