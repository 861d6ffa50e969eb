using System.Globalization;
using System.Security.Cryptography;
using Quiver.Caching;
using Quiver.Tokenization;

namespace Quiver.Embedding;

/// <summary>
/// What decides the bits of an input's base vector beside the input: the model's own parts, the arithmetic, the prompt, and what becomes of a
/// long input. A vector found in a cache is one of the same identity.
/// </summary>
/// <remarks>
/// Names of models, <c>dimensions</c>, <c>normalize</c> and encodings are not in it: they choose or derive. Nor is the difference between
/// refusing a long input and cutting it: where both give a vector it is the same one, so they share it.
/// </remarks>
internal sealed class EmbeddingIdentity
{
    private readonly byte[] _digest = new byte[SHA256.HashSizeInBytes];

    /// <param name="prompt">The exact text in front of the input; empty for token ids, which have none.</param>
    /// <param name="element">What the elements of cached vectors are: rounded ones are other vectors.</param>
    /// <param name="version">The operator's own word for what else decides (MODEL_VERSION); a new one leaves all behind that was cached.</param>
    public EmbeddingIdentity(IEmbedder model, string prompt, LongInput longInput, TruncationSide side, StoredElement element = StoredElement.Float32, string version = "")
    {
        var cut = longInput switch
        {
            LongInput.Mean => "mean",
            LongInput.Truncate when side == TruncationSide.Left => "left",
            _ => "right",
        };
        Hash(
            model.Space.Revision, model.Space.Pooling, model.Arithmetic, prompt, cut, model.MaxTokens.ToString(CultureInfo.InvariantCulture),
            Name(element), version);
    }

    /// <inheritdoc cref="EmbeddingIdentity(IEmbedder, string, LongInput, TruncationSide, StoredElement, string)"/>
    public EmbeddingIdentity(IRemoteEmbedder provider, StoredElement element, string version) =>
        Hash("provider", Convert.ToHexStringLower(provider.Identity.Span), Name(element), version);

    /// <summary>32 bytes that no other identity has.</summary>
    public ReadOnlyMemory<byte> Digest => _digest;

    private static string Name(StoredElement element) => element == StoredElement.Float16 ? "float16" : "";

    private void Hash(params ReadOnlySpan<string> parts)
    {
        var most = 0;
        foreach (var part in parts)
            most += HashedParts.MaxBytes(part);

        var hashed = new HashedParts(new byte[most]);
        foreach (var part in parts)
            hashed.Add(part);
        hashed.Hash(_digest);
    }
}
