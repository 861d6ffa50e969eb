using Quiver.Models;

namespace Quiver.Tests.Models;

public sealed class ContainedPathTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("..weights")]
    [InlineData("größe.json")]
    public void A_plain_name_is_a_file_of_the_folder(string name) =>
        Assert.Equal(Path.Combine(_scratch.Path, name), ContainedPath.Resolve(_scratch.Path, name, "index"));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../x")]
    [InlineData("a/..")]
    [InlineData("./x")]
    [InlineData("/x")]
    [InlineData("a//x")]
    [InlineData("a/")]
    [InlineData("a\\x")]
    [InlineData("C:x")]
    [InlineData("x\0")]
    [InlineData("x\n")]
    public void Any_other_name_is_refused(string name)
    {
        var error = Assert.Throws<ModelFormatException>(() => ContainedPath.Resolve(_scratch.Path, name, "index"));
        Assert.Equal("index", error.File);
    }

    [Fact]
    public void A_link_inside_the_folder_is_followed()
    {
        _scratch.Write("real/model.safetensors", "x");
        File.CreateSymbolicLink(Path.Combine(_scratch.Path, "linked.safetensors"), Path.Combine("real", "model.safetensors"));
        Directory.CreateSymbolicLink(Path.Combine(_scratch.Path, "folder"), "real");

        ContainedPath.Resolve(_scratch.Path, "linked.safetensors", "index");
        ContainedPath.Resolve(_scratch.Path, "folder/model.safetensors", "index");
    }

    [Fact]
    public void A_link_out_of_the_folder_is_refused_however_it_gets_there()
    {
        var model = Directory.CreateDirectory(Path.Combine(_scratch.Path, "model")).FullName;
        var secret = _scratch.Write("secret", "x");
        _scratch.Write("model-2/secret", "x");
        File.CreateSymbolicLink(Path.Combine(model, "absolute"), secret);
        File.CreateSymbolicLink(Path.Combine(model, "relative"), Path.Combine("..", "secret"));
        File.CreateSymbolicLink(Path.Combine(model, "twice"), "relative");
        File.CreateSymbolicLink(Path.Combine(model, "sibling"), Path.Combine("..", "model-2", "secret"));
        File.CreateSymbolicLink(Path.Combine(model, "dangling"), Path.Combine("..", "not-yet"));
        Directory.CreateSymbolicLink(Path.Combine(model, "up"), "..");

        foreach (var name in new[] { "absolute", "relative", "twice", "sibling", "dangling", "up", "up/secret" })
            Assert.Throws<ModelFormatException>(() => ContainedPath.Resolve(model, name, "index"));
    }

    [Fact]
    public void A_loop_of_links_is_refused()
    {
        File.CreateSymbolicLink(Path.Combine(_scratch.Path, "a"), "b");
        File.CreateSymbolicLink(Path.Combine(_scratch.Path, "b"), "a");

        Assert.Throws<ModelFormatException>(() => ContainedPath.Resolve(_scratch.Path, "a", "index"));
    }

    [Fact]
    public void The_folder_itself_may_be_reached_through_a_link()
    {
        _scratch.Write("real/model.safetensors", "x");
        var link = Path.Combine(_scratch.Path, "link");
        Directory.CreateSymbolicLink(link, "real");

        Assert.Equal(Path.Combine(link, "model.safetensors"), ContainedPath.Resolve(link, "model.safetensors", "index"));
    }

    [Fact]
    public void A_snapshot_of_the_hugging_face_cache_may_link_into_its_own_blobs_only()
    {
        _scratch.Write("hub/models--a--b/blobs/1234", "x");
        _scratch.Write("hub/models--a--c/blobs/5678", "x");
        var snapshot = Directory.CreateDirectory(Path.Combine(_scratch.Path, "hub", "models--a--b", "snapshots", "abcd", "1_Pooling")).Parent!.FullName;
        File.CreateSymbolicLink(Path.Combine(snapshot, "config.json"), "../../blobs/1234");
        File.CreateSymbolicLink(Path.Combine(snapshot, "1_Pooling", "config.json"), "../../../blobs/1234");
        File.CreateSymbolicLink(Path.Combine(snapshot, "other.json"), "../../../models--a--c/blobs/5678");
        File.CreateSymbolicLink(Path.Combine(snapshot, "refs.json"), "../../refs");

        ContainedPath.Resolve(snapshot, "config.json", "index");
        ContainedPath.Resolve(snapshot, "1_Pooling/config.json", "index");
        ContainedPath.Resolve(Path.Combine(snapshot, "1_Pooling"), "config.json", "index");
        Assert.Throws<ModelFormatException>(() => ContainedPath.Resolve(snapshot, "other.json", "index"));
        Assert.Throws<ModelFormatException>(() => ContainedPath.Resolve(snapshot, "refs.json", "index"));
    }
}
