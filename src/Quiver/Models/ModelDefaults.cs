namespace Quiver.Models;

/// <summary>The values that transformers' configuration classes give where config.json is silent.</summary>
internal static class ModelDefaults
{
    public const float LayerNormEpsilon = 1e-12f;

    public const int RelativeAttentionBuckets = 32;

    /// <summary>Architectures whose position table starts with the padding token's rows: a text begins at pad_token_id + 1.</summary>
    public static bool NumbersPositionsAfterPadding(string modelType) =>
        modelType is "roberta" or "xlm-roberta" or "xlm-roberta-xl" or "camembert" or "mpnet";

    public static string Activation(string modelType) => modelType is "albert" ? "gelu_new" : "gelu";

    public static int TypeVocabularySize(string modelType) => modelType switch
    {
        "bert" or "roberta" or "xlm-roberta" or "xlm-roberta-xl" or "camembert" or "electra" or "albert" => 2,
        _ => 0,
    };

    public static int? PadTokenId(string modelType) => modelType switch
    {
        "bert" or "distilbert" or "electra" or "albert" => 0,
        "roberta" or "xlm-roberta" or "xlm-roberta-xl" or "camembert" or "mpnet" => 1,
        _ => null,
    };

    /// <summary>The embedding tables of electra and albert are 128 wide; elsewhere they are as wide as the model.</summary>
    public static int EmbeddingSize(string modelType, int hiddenSize) => modelType is "electra" or "albert" ? 128 : hiddenSize;
}
