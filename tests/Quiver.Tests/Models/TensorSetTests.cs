using System.Text.Json;
using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Models;

public sealed class TensorSetTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";

    private const string TwoTensors =
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_in_shards_is_the_model_in_one_file()
    {
        using var whole = TensorSet.Open(TestData.TinyModel("bert"));
        Shard(whole, 3);
        using var sharded = TensorSet.Open(_folder.Path);

        Assert.Equal(whole.Names.Order(StringComparer.Ordinal), sharded.Names.Order(StringComparer.Ordinal));
        foreach (var name in whole.Names)
        {
            Assert.True(whole.TryGet(name, out var expected));
            Assert.True(sharded.TryGet(name, out var actual));
            Assert.Equal(expected.Type, actual.Type);
            Assert.Equal(expected.Shape.ToArray(), actual.Shape.ToArray());
            Assert.True(expected.Data.SequenceEqual(actual.Data), name);
        }
    }

    [Fact]
    public void The_single_file_counts_where_both_forms_are_there()
    {
        using (var whole = TensorSet.Open(TestData.TinyModel("bert")))
            Shard(whole, 2);
        _folder.Write("model.safetensors", SafetensorsBytes.Of("""{"only":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1));

        using var set = TensorSet.Open(_folder.Path);
        Assert.Equal(["only"], set.Names);
    }

    [Fact]
    public void A_missing_weight_and_a_wrong_shape_are_named_with_what_was_expected()
    {
        using var set = TensorSet.Open(TestData.TinyModel("bert"));

        var missing = Assert.Throws<ModelFormatException>(() => set.Get("embeddings.absent", 2, 2));
        Assert.Contains("embeddings.absent", missing.Message, StringComparison.Ordinal);
        Assert.EndsWith("model.safetensors", missing.File, StringComparison.Ordinal);

        var wrong = Assert.Throws<ModelFormatException>(() => set.Get("embeddings.word_embeddings.weight", 64, 2000));
        Assert.Contains("embeddings.word_embeddings.weight", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("[64, 2000]", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("[2000, 64]", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<ModelFormatException>(() => set.Get("embeddings.word_embeddings.weight", 128_000));
    }

    [Fact]
    public void A_weight_must_not_be_an_integer()
    {
        _folder.Write("model.safetensors", SafetensorsBytes.Of("""{"w":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}""", 4));
        using var set = TensorSet.Open(_folder.Path);

        var error = Assert.Throws<ModelFormatException>(() => set.Get("w", 4));
        Assert.Contains("I8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_nobody_used_are_refused_unless_they_are_on_the_list()
    {
        using var set = TensorSet.Open(TestData.TinyModel("albert"));
        foreach (var name in set.Names.Where(name => !name.StartsWith("pooler", StringComparison.Ordinal)))
            Assert.True(set.TryGet(name, out _));

        var error = Assert.Throws<ModelFormatException>(() => set.RequireAllUsed());
        Assert.Contains("pooler.", error.Message, StringComparison.Ordinal);
        Assert.Contains("2 such tensors", error.Message, StringComparison.Ordinal);
        Assert.Throws<ModelFormatException>(() => set.RequireAllUsed("pooler.weight", "*.position_ids"));
        set.RequireAllUsed("*.position_ids", "pooler.*");
    }

    [Fact]
    public void A_folder_without_weights_says_so_and_names_the_format_it_has()
    {
        var none = Assert.Throws<ModelFormatException>(() => TensorSet.Open(_folder.Path));
        Assert.Contains("model.safetensors", none.Message, StringComparison.Ordinal);

        _folder.Write("pytorch_model.bin", [0x80, 0x02]);
        var pickle = Assert.Throws<ModelFormatException>(() => TensorSet.Open(_folder.Path));
        Assert.Contains("pytorch_model.bin", pickle.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> HostileIndexes() =>
    [
        "", "{", "[]", "null", "1", "\"x\"", "{}", """{"weight_map":null}""", """{"weight_map":[]}""", """{"weight_map":"a.safetensors"}""",
        """{"weight_map":{"a":1}}""", """{"weight_map":{"a":null}}""", """{"weight_map":{"a":["a.safetensors"]}}""", """{"weight_map":{"a":""}}""",
        """{"weight_map":{"a":"../a.safetensors"}}""", """{"weight_map":{"a":"/etc/a.safetensors"}}""", """{"weight_map":{"a":"C:\\a.safetensors"}}""",
        """{"weight_map":{"a":"..\\a.safetensors"}}""", """{"weight_map":{"a":"sub/a.safetensors"}}""", """{"weight_map":{"a":"./a.safetensors"}}""",
        """{"weight_map":{"a":"a.safetensors\u0000.safetensors"}}""", """{"weight_map":{"a":"a\n.safetensors"}}""", """{"weight_map":{"a":"\ud800.safetensors"}}""",
        """{"weight_map":{"a":"*.safetensors"}}""", """{"weight_map":{"a":"a.bin"}}""", """{"weight_map":{"a":"model.safetensors.index.json"}}""",
        """{"weight_map":{"a":"absent.safetensors"}}""", """{"weight_map":{"a":"a.safetensors","a":"b.safetensors"}}""", """{"weight_map":{"a":"linked.safetensors"}}""",
        """{"weight_map":{"a":"a.safetensors"}}""", """{"weight_map":{"a":"a.safetensors","b":"a.safetensors","c":"a.safetensors"}}""",
        """{"weight_map":{"a":"a.safetensors","b":"b.safetensors"}}""", """{"weight_map":{"b":"a.safetensors","a":"b.safetensors","c":"b.safetensors"}}""",
        """{"weight_map":{"a":"b.safetensors","b":"a.safetensors"}}""", """{"weight_map":{"a":"broken.safetensors"}}""", """{"weight_map":{"a":"folder.safetensors"}}""",
        """{"weight_map":{"a":"loop.safetensors"}}""", """{"weight_map":{"a":"a.safetensors"},"weight_map":{}}""",
        """{"weight_map":{"a":"a.safetensors","b":"a.safetensors"},"metadata":{"total_size":1e999}}x""",
    ];

    [Theory]
    [MemberData(nameof(HostileIndexes))]
    public void A_hostile_index_is_refused(string index)
    {
        using var outside = new ScratchFolder();
        _folder.Write("a.safetensors", SafetensorsBytes.Of(TwoTensors, 2));
        _folder.Write("b.safetensors", SafetensorsBytes.Of("""{"c":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1));
        _folder.Write("broken.safetensors", SafetensorsBytes.Of(TwoTensors, 1));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "folder.safetensors"));
        var foreign = outside.Write("a.safetensors", SafetensorsBytes.Of("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "linked.safetensors"), foreign);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "loop.safetensors"), Path.Combine(_folder.Path, "loop.safetensors"));
        _folder.Write(Index, index);

        var error = Assert.Throws<ModelFormatException>(() => TensorSet.Open(_folder.Path).Dispose());
        Assert.StartsWith(_folder.Path, error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void The_index_the_hostile_ones_are_made_from_is_good()
    {
        _folder.Write("a.safetensors", SafetensorsBytes.Of(TwoTensors, 2));
        _folder.Write("b.safetensors", SafetensorsBytes.Of("""{"c":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1));
        _folder.Write(Index, """{"weight_map":{"a":"a.safetensors","b":"a.safetensors","c":"b.safetensors"},"metadata":{"total_size":3}}""");

        using var set = TensorSet.Open(_folder.Path);
        Assert.Equal(3, set.Names.Count);
    }

    private void Shard(TensorSet whole, int count)
    {
        var shardOf = new Dictionary<string, string>();
        foreach (var group in whole.Names.Select((name, i) => (Name: name, Shard: i % count)).GroupBy(pair => pair.Shard, pair => pair.Name))
        {
            var file = $"model-{group.Key + 1:00000}-of-{count:00000}.safetensors";
            var header = new Dictionary<string, object>();
            var data = new List<byte>();
            foreach (var name in group)
            {
                Assert.True(whole.TryGet(name, out var tensor));
                var offsets = new[] { data.Count, data.Count + tensor.Data.Length };
                header.Add(name, new { dtype = tensor.Type.ToString(), shape = tensor.Shape.ToArray(), data_offsets = offsets });
                data.AddRange(tensor.Data);
                shardOf.Add(name, file);
            }

            _folder.Write(file, SafetensorsBytes.Of(JsonSerializer.SerializeToUtf8Bytes(header), data.ToArray()));
        }

        _folder.Write(Index, JsonSerializer.SerializeToUtf8Bytes(new { metadata = new { total_size = 1 }, weight_map = shardOf }));
    }
}
