using Quiver.Encoding;
using Quiver.Models;
using Quiver.Server.Commands;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public sealed class LocalModelsTests
{
    [Fact]
    public void A_model_is_served_under_the_name_that_the_catalogue_lists()
    {
        using var models = new TemporaryFolder();
        var folder = models.File("org/tiny");
        Directory.CreateDirectory(models.File("org"));
        Directory.CreateSymbolicLink(folder, TestData.TinyModel("bert"));
        var catalogue = ModelCatalogue.Open([models.Path]);

        using var byName = LocalModels.Load(catalogue, Assert.Single(catalogue.Names), Precision.F32);
        using var byFolder = LocalModels.Load(catalogue, folder, Precision.F32);
        Assert.Equal(("org/tiny", "tiny"), (byName.Name, byFolder.Name));
    }
}
