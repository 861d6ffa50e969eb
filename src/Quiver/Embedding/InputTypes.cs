namespace Quiver.Embedding;

/// <summary>What a text is for, under the names that services give it, and the prompt that a model has for it.</summary>
public static class InputTypes
{
    /// <summary>Sentence-transformers' name first, then those of Voyage, Cohere and NVIDIA.</summary>
    private static readonly string[][] Synonyms = [["query", "search_query"], ["document", "search_document", "passage"]];

    /// <summary>
    /// The prompt of this name, or of one that means the same. null where the model has none: then it does not tell such texts apart, and its
    /// default prompt holds.
    /// </summary>
    public static string? PromptFor(IEmbedder model, string inputType)
    {
        string[] names = [inputType, .. Synonyms.FirstOrDefault(same => same.Contains(inputType)) ?? []];
        return names.Select(name => model.Prompts.GetValueOrDefault(name)).FirstOrDefault(prompt => prompt is not null);
    }
}
