using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands;

/// <summary>The models that a command line can name.</summary>
internal static class LocalModels
{
    public static EmbeddingModel Load(string nameOrFolder, Precision precision) =>
        EmbeddingModel.Load(Path.Combine(Installation.ModelsFolder, nameOrFolder), precision);
}
