using Quiver.Tokenization.Decoders;
using Quiver.Tokenization.Normalizers;
using Quiver.Tokenization.PostProcessing;
using Quiver.Tokenization.PreTokenizers;
using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization;

/// <summary>What a tokenizer.json describes.</summary>
internal sealed record TokenizerParts(
    AddedTokens Added,
    Normalizer? Normalizer,
    PreTokenizer? PreTokenizer,
    SubwordModel Model,
    PostProcessor PostProcessor,
    Decoder? Decoder,
    EncodeOptions? Truncation,
    Padding? Padding);
