using System.Diagnostics.CodeAnalysis;
using Quiver.Diagnostics;

namespace Quiver.Embedding;

/// <summary>The names under which models are served: their own, and aliases. Immutable.</summary>
public sealed class ModelDirectory
{
    /// <summary>OpenAI's embedding models. Clients that know them count and send tokens in the cl100k vocabulary.</summary>
    private static readonly string[] OpenAiNames = ["text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"];

    private readonly Dictionary<string, IEmbedder> _byName = new(StringComparer.Ordinal);

    /// <param name="models">Served under their own names, which differ.</param>
    /// <param name="aliases">Further names, each with the name of a model in <paramref name="models"/>.</param>
    /// <exception cref="ArgumentException">A name is given twice, or an alias names no model.</exception>
    public ModelDirectory(IEnumerable<IEmbedder> models, IEnumerable<KeyValuePair<string, string>>? aliases = null)
    {
        Models = [.. models];
        foreach (var model in Models)
            Add(model.Name, model);
        foreach (var (alias, name) in aliases ?? [])
        {
            if (!_byName.TryGetValue(name, out var model))
                throw new ArgumentException($"Alias '{alias}' names '{name}', which is not served.");
            Add(alias, model);
        }

        Names = [.. _byName.Keys];
    }

    /// <summary>The models themselves, in the order given.</summary>
    public IReadOnlyList<IEmbedder> Models { get; }

    /// <summary>Every served name, models before aliases, in the order given.</summary>
    public IReadOnlyList<string> Names { get; }

    public bool TryGet(string name, [NotNullWhen(true)] out IEmbedder? model) => _byName.TryGetValue(name, out model);

    /// <exception cref="QuiverException"><see cref="ErrorKind.ModelNotFound"/>; the message lists what is served.</exception>
    public IEmbedder Get(string name)
    {
        if (TryGet(name, out var model))
            return model;
        var asked = name.Length <= 100 ? $"'{name}'" : "of that name";
        throw new QuiverException(ErrorKind.ModelNotFound, $"The model {asked} does not exist here. Served: {string.Join(", ", Names)}.") { Parameter = "model" };
    }

    /// <summary>Whether token ids sent to this name are OpenAI's rather than the model's own.</summary>
    public static bool TakesOpenAiTokens(string name) => OpenAiNames.Contains(name, StringComparer.Ordinal);

    private void Add(string name, IEmbedder model)
    {
        if (!_byName.TryAdd(name, model))
            throw new ArgumentException($"Two models are called '{name}'.");
    }
}
