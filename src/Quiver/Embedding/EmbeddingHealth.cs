namespace Quiver.Embedding;

/// <summary>Whether the models compute what they should, as of their last self-test.</summary>
/// <param name="Problem">What is wrong, in words for the operator that name the model and nothing of a user's; null where all is well.</param>
public sealed record EmbeddingHealth(string? Problem)
{
    public static EmbeddingHealth Ready { get; } = new(Problem: null);

    public bool IsReady => Problem is null;
}
