using Quiver.Diagnostics;
using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Models;

public sealed class ModelCatalogueTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_installation_brings_the_default_model()
    {
        var catalogue = ModelCatalogue.Open([Path.Combine(TestData.RepositoryRoot, "models")]);

        var model = catalogue.List().Single(model => model.Name == "all-MiniLM-L6-v2");
        Assert.Equal(TestData.DefaultModel, model.Folder);
        Assert.Equal(("bert", 384, 6, 256), (model.Architecture, model.Width, model.Layers, model.MaxTokens));
        Assert.Equal("apache-2.0", model.License);
        Assert.InRange(model.SizeOnDisk, 45_437_760, 60_000_000);
        Assert.Null(model.Problem);
    }

    [Fact]
    public void A_root_is_a_model_or_a_folder_of_models_or_of_organizations()
    {
        Model("models/one");
        Model("models/org/two");
        Model("models/org/deep/three");
        Model("elsewhere/four");

        var catalogue = ModelCatalogue.Open([At("models"), At("elsewhere/four") + Path.DirectorySeparatorChar, At("absent")]);

        Assert.Equal(["four", "one", "org/two"], catalogue.Names);
        Assert.Equal(At("models/org/two"), catalogue.Resolve("org/two"));
        Assert.Equal(At("elsewhere/four"), catalogue.Resolve("four"));
    }

    [Fact]
    public void The_first_folder_of_a_name_counts()
    {
        Model("a/same");
        Model("b/same");

        Assert.Equal(At("b/same"), ModelCatalogue.Open([At("b"), At("a")]).Resolve("same"));
    }

    [Fact]
    public void A_hugging_face_cache_is_a_root()
    {
        var entry = At("hub/models--org--tiny-model");
        _scratch.Write(Path.Combine(entry, "refs", "main"), "0123abcd");
        Directory.CreateDirectory(Path.Combine(entry, "snapshots", "0123abcd"));
        foreach (var file in Directory.EnumerateFiles(TestData.TinyModel("roberta")))
        {
            var name = Path.GetFileName(file);
            _scratch.Write(Path.Combine(entry, "blobs", name), File.ReadAllBytes(file));
            File.CreateSymbolicLink(Path.Combine(entry, "snapshots", "0123abcd", name), $"../../blobs/{name}");
        }

        File.Delete(Path.Combine(entry, "snapshots", "0123abcd", "modules.json"));
        _scratch.Write("hub/models--org--bad/refs/main", "../../../outside");
        Directory.CreateDirectory(At("hub/models--org--bad/snapshots"));
        Model("outside");

        var catalogue = ModelCatalogue.Open([At("hub")]);

        var summary = Assert.Single(catalogue.List());
        Assert.Equal(("org/tiny-model", "roberta", null), (summary.Name, summary.Architecture, summary.Problem));
        Assert.True(summary.SizeOnDisk > new FileInfo(Path.Combine(TestData.TinyModel("roberta"), "model.safetensors")).Length);
        Assert.Equal("org/tiny-model", ModelFolder.Open(catalogue.Resolve("org/tiny-model")).Name);
        using var weights = TensorSet.Open(catalogue.Resolve("org/tiny-model"));
        Assert.NotEmpty(weights.Names);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("./one")]
    [InlineData("one/")]
    [InlineData("ONE")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("one\0")]
    public void A_name_from_a_request_is_only_ever_a_name_of_the_catalogue(string name)
    {
        Model("models/one");
        Model("outside");
        var catalogue = ModelCatalogue.Open([At("models")]);

        Assert.True(catalogue.TryFind("one", out _));
        Assert.False(catalogue.TryFind(name, out _));
        Assert.False(catalogue.TryFind(At("models/one"), out _));
    }

    [Fact]
    public void An_operator_may_name_any_folder()
    {
        Model("outside");
        Assert.Equal(At("outside"), ModelCatalogue.Open([]).Resolve(At("outside")));
    }

    [Fact]
    public void An_unknown_name_lists_what_there_is()
    {
        Model("models/one");
        Model("models/two");

        var error = Assert.Throws<QuiverException>(() => ModelCatalogue.Open([At("models")]).Resolve("three"));
        Assert.Equal((ErrorKind.ModelNotFound, "model"), (error.Kind, error.Parameter));
        Assert.Contains("'three'", error.Message, StringComparison.Ordinal);
        Assert.Contains("one, two", error.Message, StringComparison.Ordinal);

        var none = Assert.Throws<QuiverException>(() => ModelCatalogue.Open([At("empty")]).Resolve("three"));
        Assert.Contains(At("empty"), none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_cannot_be_opened_is_listed_with_its_problem()
    {
        _scratch.Write("models/broken/config.json", "{");
        _scratch.Write("models/broken/README.md", "---\nlanguage: en\nlicense: mit\n---\n# Broken\n");

        var summary = Assert.Single(ModelCatalogue.Open([At("models")]).List());
        Assert.Contains("config.json", summary.Problem, StringComparison.Ordinal);
        Assert.Equal(("mit", "", 0), (summary.License, summary.Architecture, summary.Width));
    }

    [Fact]
    public void Links_that_lead_in_a_circle_hide_no_other_model()
    {
        Model("hub/whole");
        Model("hub/circle");
        File.CreateSymbolicLink(At("hub/circle/extra.bin"), At("hub/circle/extra.bin"));
        _scratch.Write("hub/models--org--circle/blobs/x", "");
        Directory.CreateDirectory(At("hub/models--org--circle/refs"));
        File.CreateSymbolicLink(At("hub/models--org--circle/refs/main"), "main");

        var models = ModelCatalogue.Open([At("hub")]).List();
        Assert.Equal(["circle", "whole"], models.Select(model => model.Name));
        Assert.All(models, model => Assert.Equal(models[1].SizeOnDisk, model.SizeOnDisk));
    }

    [Theory]
    [InlineData("license: mit\n", null)]
    [InlineData("---\nlanguage: en\n---\nlicense: mit\n", null)]
    [InlineData("---\nlicense: \"apache-2.0\"\n---\n", "apache-2.0")]
    [InlineData("---\r\nlicense: cc-by-4.0\r\n---\r\n", "cc-by-4.0")]
    [InlineData("---\nlicense:\n- mit\n---\n", null)]
    [InlineData("", null)]
    public void The_license_is_what_the_front_matter_says(string readme, string? expected)
    {
        Model("models/one");
        _scratch.Write("models/one/README.md", readme);

        Assert.Equal(expected, Assert.Single(ModelCatalogue.Open([At("models")]).List()).License);
    }

    private string At(string name) => Path.Combine(_scratch.Path, name);

    private void Model(string name) => _scratch.Write($"{name}/config.json", File.ReadAllBytes(Path.Combine(TestData.TinyModel("bert"), "config.json")));
}
