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

    public static EmbeddingModel Load(string nameOrFolder, Precision precision) =>
        EmbeddingModel.Load(Catalogue().Resolve(nameOrFolder), precision);
}
