using Quiver.Diagnostics;
using Quiver.Limits;
using Quiver.Tokenization;

namespace Quiver.Embedding;

/// <summary>One thing to embed: a text, or token ids.</summary>
/// <param name="Text">The text, or null where ids are given.</param>
/// <param name="TokenIds">
/// Ids without special tokens, or null where a text is given: of OpenAI's cl100k vocabulary if the request names the model by an
/// OpenAI name (<see cref="ModelDirectory"/>), of the model's own vocabulary otherwise.
/// </param>
/// <param name="Complete">Whether the ids hold the special tokens already, so that none are added. They are then of the model's own vocabulary.</param>
public readonly record struct EmbeddingInput(string? Text, int[]? TokenIds = null, bool Complete = false);

/// <summary>What becomes of an input with more tokens than the model takes.</summary>
public enum LongInput
{
    /// <summary>It is an error.</summary>
    Refuse,

    /// <summary>It is cut to the model's limit.</summary>
    Truncate,

    /// <summary>It is embedded in windows of the model's limit; its vector is their mean, weighted by length.</summary>
    Mean,
}

/// <summary>Inputs for one model, and the form that the vectors shall have.</summary>
/// <param name="Model">A served name or alias.</param>
/// <param name="Inputs">At least one.</param>
public sealed record EmbeddingRequest(string Model, IReadOnlyList<EmbeddingInput> Inputs)
{
    /// <summary>How many leading elements of a vector to keep, 1 to the model's width; null keeps all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Whether vectors are scaled to unit length, after they were cut to <see cref="Dimensions"/>.</summary>
    /// <value>true</value>
    public bool Normalize { get; init; } = true;

    /// <summary>What the elements of a vector are in the answer.</summary>
    /// <value><see cref="Embedding.ElementType.Float"/></value>
    public ElementType ElementType { get; init; }

    /// <summary>What becomes of an input over the model's limit.</summary>
    /// <value><see cref="Embedding.LongInput.Refuse"/></value>
    public LongInput LongInput { get; init; }

    /// <summary>
    /// The most tokens of an input, special tokens included, where a service takes fewer than the model does: more are
    /// <see cref="ErrorKind.InputTooLong"/>, whatever <see cref="LongInput"/> says. null for the model's own limit alone.
    /// </summary>
    public int? TokenLimit { get; init; }

    /// <summary>Which end of a text is cut off where <see cref="LongInput"/> cuts.</summary>
    public TruncationSide TruncationSide { get; init; }

    /// <summary>Put in front of every text; null takes the model's default prompt. Not put in front of token ids.</summary>
    public string? Prompt { get; init; }

    /// <summary>
    /// Whether an input that cannot be embedded is reported by <see cref="EmbeddingResult.Error"/>, and the others are embedded;
    /// otherwise it fails the request.
    /// </summary>
    public bool ErrorsPerInput { get; init; }

    /// <summary>Whose cache lines are read and written. The empty string is the single user.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>
    /// Whether vectors that the tenant does not have yet may come from the line that tenants share, and those computed for this request go there.
    /// Only vectors of the server's own models do (<see cref="IEmbedder.IsLocal"/>).
    /// </summary>
    public bool Shared { get; init; }

    /// <summary>Whether a cache tier that can keeps the texts beside the vectors computed for this request.</summary>
    public bool KeepTexts { get; init; }

    /// <summary>
    /// What embeds the texts in place of a served model, or null: a tenant's own provider. It takes texts without prompts and of any length, and its
    /// vectors are kept in the tenant's own lines only.
    /// </summary>
    internal IRemoteEmbedder? Provider { get; init; }

    /// <summary>What the request fails with if anything must be computed for it; null computes it.</summary>
    public QuiverException? Uncached { get; init; }

    /// <summary>Who asks: callers take turns in the queue. The empty string is the single user.</summary>
    public string Caller { get; init; } = "";

    /// <summary>
    /// What the request is charged to, once it is known what it costs and before anything is queued; null where nothing limits it. Whoever made
    /// it gives back what was taken (<see cref="RequestCharge.RefundAsync"/>) if the request fails for no fault of the caller's.
    /// </summary>
    public RequestCharge? Charge { get; init; }

    /// <summary>Whether the request waits behind interactive ones even if it is small.</summary>
    public bool Bulk { get; init; }
}
