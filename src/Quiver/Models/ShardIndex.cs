namespace Quiver.Models;

/// <summary>model.safetensors.index.json: which file of the folder holds which tensor.</summary>
internal static class ShardIndex
{
    public const string FileName = "model.safetensors.index.json";

    /// <summary>More shards than any published model has (a 1.5 TB model has a few hundred).</summary>
    private const int MaxShards = 10_000;

    /// <summary>Opens every shard and checks that each holds the tensors the index says, and no other.</summary>
    public static List<SafetensorsFile> OpenShards(string folder)
    {
        var index = Path.Combine(folder, FileName);
        var shardOf = Read(index);
        var shards = new List<SafetensorsFile>();
        try
        {
            foreach (var name in NamesIn(shardOf, index))
            {
                var shard = SafetensorsFile.Open(ContainedPath.Resolve(folder, name, index));
                shards.Add(shard);
                RequireExactly(shard, shardOf.Where(pair => pair.Value == name).Select(pair => pair.Key).ToHashSet());
            }

            return shards;
        }
        catch
        {
            shards.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    /// <summary>The shards, in the order of their names.</summary>
    public static IReadOnlyList<string> FilesOf(string folder)
    {
        var index = Path.Combine(folder, FileName);
        return NamesIn(Read(index), index).ConvertAll(name => ContainedPath.Resolve(folder, name, index));
    }

    private static List<string> NamesIn(Dictionary<string, string> shardOf, string index)
    {
        var names = shardOf.Values.Distinct().Order(StringComparer.Ordinal).ToList();
        return names.Count <= MaxShards ? names : throw new ModelFormatException(index, $"names more than {MaxShards} files");
    }

    private static Dictionary<string, string> Read(string index)
    {
        var shardOf = new Dictionary<string, string>();
        foreach (var (tensor, file) in ModelJson.Read(index).Require("weight_map").Members())
        {
            var name = file.String();
            if (name.Contains('/') || !name.EndsWith(".safetensors", StringComparison.Ordinal))
                throw file.Fault("must be a .safetensors file of the same folder");
            shardOf.Add(tensor, name);
        }

        return shardOf;
    }

    private static void RequireExactly(SafetensorsFile shard, HashSet<string> expected)
    {
        foreach (var tensor in shard.Tensors)
        {
            if (!expected.Remove(tensor.Name))
                throw tensor.Fault($"is not what {FileName} says this file holds");
        }

        if (expected.Count > 0)
        {
            var missing = expected.Order(StringComparer.Ordinal).First();
            throw new ModelFormatException(shard.Path, $"tensor '{missing}' is missing: {FileName} says it is here");
        }
    }
}
