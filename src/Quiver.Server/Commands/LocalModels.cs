using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Models;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands;

/// <summary>The models that a command line can name: those that come with Quiver, and any folder.</summary>
internal static class LocalModels
{
    /// <param name="folders">Further model folders, folders of models, or Hugging Face caches.</param>
    public static ModelCatalogue Catalogue(params IEnumerable<string> folders) => ModelCatalogue.Open([Installation.ModelsFolder, .. folders]);

    /// <summary>Loads a model of the catalogue under the name it has there, any other folder under its own.</summary>
    public static EmbeddingModel Load(string nameOrFolder, Precision precision) => Load(Catalogue(), nameOrFolder, precision);

    public static EmbeddingModel Load(ModelCatalogue catalogue, string nameOrFolder, Precision precision) =>
        EmbeddingModel.Load(catalogue.Resolve(nameOrFolder), precision, NameIn(catalogue, nameOrFolder));

    /// <summary>Opens what <see cref="Load(string, Precision)"/> loads, under the same name.</summary>
    public static ModelFolder Open(string nameOrFolder)
    {
        var catalogue = Catalogue();
        return ModelFolder.Open(catalogue.Resolve(nameOrFolder), NameIn(catalogue, nameOrFolder));
    }

    private static string? NameIn(ModelCatalogue catalogue, string nameOrFolder) => catalogue.TryFind(nameOrFolder, out _) ? nameOrFolder : null;
}
