namespace Quiver.Embedding;

/// <summary>What makes two vectors comparable. Precisions and prompts of one model share a space; no two models do, whatever they are called.</summary>
/// <param name="Revision">
/// 64 hexadecimal digits: the SHA-256 of all that makes the model (weights, tokenizer, configuration of each module) and of nothing else, so
/// that a copy of a folder is the same space and a changed one is not.
/// </param>
/// <param name="Pooling">How hidden states become a vector, as sentence-transformers names it ("mean", "cls", "lasttoken"); several joined by "+".</param>
/// <param name="Width">Elements of a vector.</param>
public sealed record EmbeddingSpace(string Revision, string Pooling, int Width);
