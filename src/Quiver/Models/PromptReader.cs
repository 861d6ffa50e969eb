namespace Quiver.Models;

/// <summary>Reads the prompts of config_sentence_transformers.json.</summary>
internal static class PromptReader
{
    private const string FileName = "config_sentence_transformers.json";
    private const int MaxPrompts = 1_000;
    private const int MaxPromptLength = 10_000;

    /// <exception cref="ModelFormatException">The file is damaged, or its default names a prompt it does not have.</exception>
    public static (IReadOnlyDictionary<string, string> Prompts, string? Default) Read(string folder)
    {
        var prompts = new Dictionary<string, string>();
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return (prompts, null);

        var settings = ModelJson.Read(ContainedPath.Resolve(folder, FileName, file));
        if (settings.Find("prompts") is { } found)
        {
            foreach (var (name, prompt) in found.Members(MaxPrompts))
            {
                var text = prompt.String();
                if (text.Length > MaxPromptLength)
                    throw prompt.Fault($"is longer than {MaxPromptLength} characters");
                prompts.Add(name, text);
            }
        }

        var standard = settings.Find("default_prompt_name");
        if (standard is { } named && !prompts.ContainsKey(named.String()))
            throw named.Fault("is not one of the prompts");
        return (prompts, standard?.String());
    }
}
