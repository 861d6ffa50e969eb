namespace Quiver.Models;

/// <summary>How long an input may be, and whether it is lower-cased: sentence_bert_config.json and tokenizer_config.json.</summary>
/// <param name="MaxTokens">
/// max_seq_length where sentence_bert_config.json has one, else the smaller of model_max_length and the model's positions; never more than
/// the positions.
/// </param>
internal sealed record SequenceLimits(int MaxTokens, bool DoLowerCase)
{
    /// <summary>The file's names over time; sentence-transformers looks for them in this order.</summary>
    private static readonly string[] FileNames =
    [
        "sentence_bert_config.json",
        "sentence_roberta_config.json",
        "sentence_distilbert_config.json",
        "sentence_camembert_config.json",
        "sentence_albert_config.json",
        "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json",
    ];

    public static SequenceLimits Read(string folder, ModelConfig config)
    {
        var settings = FileNames.Select(name => ReadIfPresent(folder, name)).FirstOrDefault(found => found is not null);
        var limit = settings?.Find("max_seq_length")?.Number(1, double.MaxValue)
            ?? ReadIfPresent(folder, "tokenizer_config.json")?.Find("model_max_length", "max_len")?.Number(1, double.MaxValue)
            ?? double.MaxValue;
        return new SequenceLimits((int)Math.Min(limit, config.UsablePositions), settings?.Find("do_lower_case")?.Bool() ?? false);
    }

    private static ModelJson? ReadIfPresent(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        return File.Exists(file) ? ModelJson.Read(ContainedPath.Resolve(folder, name, file)) : null;
    }
}
