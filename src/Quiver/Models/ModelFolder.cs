namespace Quiver.Models;

/// <summary>A sentence-transformers or plain Hugging Face folder: all it says of itself but the weights and the vocabulary.</summary>
/// <remarks>Immutable. A plain folder (no modules.json) means mean pooling without normalization, as in sentence-transformers.</remarks>
public sealed class ModelFolder
{
    private ModelFolder(string path, string? name)
    {
        Path = path;
        Name = name ?? HubCache.NameOf(path) ?? System.IO.Path.GetFileName(path);
        Modules = ModelModuleReader.Read(path);
        TransformerFolder = ((TransformerModule)Modules[0]).Folder;
        Config = ModelConfigReader.Read(FileOf("config.json"));
        Width = RequireWidths();
        TokenizerPath = FileOf("tokenizer.json");

        var limits = SequenceLimits.Read(TransformerFolder, Config);
        MaxTokens = limits.MaxTokens;
        DoLowerCase = limits.DoLowerCase;
        (Prompts, DefaultPromptName) = PromptReader.Read(path);
        Probe = ModelProbe.Read(path, Width);
        CodeLimit = Models.CodeLimit.Read(path);
    }

    /// <summary>The folder, as a full path.</summary>
    public string Path { get; }

    /// <summary>The name it was opened under, or else the folder's own; for a snapshot in a Hugging Face cache, the repository's ("org/name").</summary>
    public string Name { get; }

    public ModelConfig Config { get; }

    /// <summary>What runs, in order; the first is the <see cref="TransformerModule"/>.</summary>
    public IReadOnlyList<ModelModule> Modules { get; }

    /// <summary>Where the transformer's own files are; its weights open with <see cref="TensorSet.Open"/>.</summary>
    public string TransformerFolder { get; }

    public string TokenizerPath { get; }

    /// <summary>Elements of a vector after the last module.</summary>
    public int Width { get; }

    /// <summary>The most tokens of one input, special tokens included. It stands in place of any truncation in tokenizer.json.</summary>
    public int MaxTokens { get; }

    /// <summary>Whether texts are lower-cased before the tokenizer sees them, on top of what it does itself.</summary>
    public bool DoLowerCase { get; }

    /// <summary>Texts to put in front of an input, by name ("query"); an empty one is no prompt.</summary>
    public IReadOnlyDictionary<string, string> Prompts { get; }

    /// <summary>The prompt to use where the caller names none, or null.</summary>
    public string? DefaultPromptName { get; }

    /// <summary>A text and the vector it must get, for self-tests, or null.</summary>
    public ModelProbe? Probe { get; }

    /// <summary>How large the elements of its unit vectors become, or null where nobody measured it.</summary>
    public float? CodeLimit { get; }

    /// <summary>Reads and checks the folder; weights and tokenizer are not opened.</summary>
    /// <param name="name">What the model is called where it was found (<see cref="ModelCatalogue"/>); null takes the folder's own name.</param>
    /// <exception cref="ModelFormatException">Something is missing, damaged, contradictory or unknown; names file and member.</exception>
    public static ModelFolder Open(string path, string? name = null)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(full))
            throw new ModelFormatException(full, "is not a folder");
        return new ModelFolder(full, name);
    }

    private string FileOf(string name)
    {
        var file = System.IO.Path.Combine(TransformerFolder, name);
        return File.Exists(file)
            ? ContainedPath.Resolve(TransformerFolder, name, file)
            : throw new ModelFormatException(file, "is missing");
    }

    /// <summary>Follows the width through the modules, so that no matrix is ever multiplied by a vector of another length.</summary>
    private int RequireWidths()
    {
        var width = Config.HiddenSize;
        foreach (var module in Modules)
        {
            var (expected, next) = module switch
            {
                PoolingModule pooling => (width, width * pooling.Modes.Count),
                DenseModule dense => (dense.Inputs, dense.Outputs),
                LayerNormModule norm => (norm.Width, norm.Width),
                _ => (width, width),
            };
            if (expected != width)
            {
                var problem = $"a {module.GetType().Name} takes {expected} elements and gets {width}";
                throw new ModelFormatException(System.IO.Path.Combine(Path, "modules.json"), problem);
            }

            width = next;
        }

        return width;
    }
}
