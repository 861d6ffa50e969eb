using Quiver.Embedding;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>The models under the names that the service's clients write.</summary>
internal sealed class ServedModels(ModelDirectory models)
{
    /// <summary>The service's short names, and the names of the models they stood for.</summary>
    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.Ordinal)
    {
        ["nomic-v1.5"] = "nomic-embed-text-v1.5",
        ["nomic-v2-moe"] = "nomic-embed-text-v2-moe",
    };

    /// <summary>The name under which a model is served that a request calls so; an empty name is the first model's.</summary>
    /// <exception cref="EmbedCacheException">400: there is none. The text says what is served, and how to serve one under this name.</exception>
    public string Find(string asked)
    {
        if (asked.Length == 0)
            return models.Names[0];
        if (models.TryGet(asked, out _))
            return asked;
        return ShortNames.TryGetValue(asked, out var full) && models.Names.FirstOrDefault(name => IsCalled(name, full)) is { } served ? served : throw Unknown(asked);
    }

    /// <summary>Whether a served name is this one, with or without its owner ("nomic-ai/") before it.</summary>
    private static bool IsCalled(string name, string full) => name.AsSpan(name.LastIndexOf('/') + 1).Equals(full, StringComparison.OrdinalIgnoreCase);

    private EmbedCacheException Unknown(string asked)
    {
        var isShown = asked.Length <= 100 && !asked.Any(char.IsControl);
        return new EmbedCacheException(400, $"Unknown model{(isShown ? $": {asked}" : "")}. Served: {string.Join(", ", models.Names)}. To serve one under this name, start with --alias {(isShown ? asked : "NAME")}={models.Names[0]}, or name it under models.aliases in quiver.yaml.");
    }
}
