using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Models;

/// <summary>Files made to break a reader: each opens and can be read to its end, or is refused by name. Nothing else may happen.</summary>
public sealed class HostileSafetensorsTests : IDisposable
{
    private const string Good = """{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}""";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, byte[]> DamagedFiles()
    {
        var cases = new TheoryData<string, byte[]>
        {
            { "nothing", [] },
            { "seven bytes", new byte[7] },
            { "header length alone", SafetensorsBytes.WithLength(2, []) },
            { "half a header", SafetensorsBytes.WithLength(100, SafetensorsBytes.Utf8(Good)) },
            { "not a safetensors file", SafetensorsBytes.Utf8("<html>404 Not Found</html>") },
            { "a Git LFS pointer", SafetensorsBytes.Utf8("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n") },
            { "data cut short", SafetensorsBytes.Of(Good, 15) },
            { "data too long", SafetensorsBytes.Of(Good, 17) },
            { "no data", SafetensorsBytes.Of(Good, 0) },
            { "invalid UTF-8 in a name", SafetensorsBytes.Of([.. "{\""u8, 0xC3, 0x28, .. "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"u8], []) },
            { "overlong UTF-8 in a name", SafetensorsBytes.Of([.. "{\""u8, 0xC0, 0x80, .. "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"u8], []) },
            { "byte order mark", SafetensorsBytes.Of([0xEF, 0xBB, 0xBF, .. SafetensorsBytes.Utf8(Good)], SafetensorsBytes.Pattern(16)) },
        };
        foreach (var length in new ulong[] { 0, 1, 57, 58, 60, 100_000_001, 1UL << 31, 1UL << 32, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 7 })
        {
            if ((int)length != Good.Length)
                cases.Add($"header length {length}", SafetensorsBytes.WithLength(length, [.. SafetensorsBytes.Utf8(Good), .. SafetensorsBytes.Pattern(16)]));
        }

        foreach (var header in DamagedHeaders)
            cases.Add(header.Length > 120 ? header[..120] : header, SafetensorsBytes.Of(header, 16));
        return cases;
    }

    [Theory]
    [MemberData(nameof(DamagedFiles), DisableDiscoveryEnumeration = true)]
    public void A_damaged_file_is_refused_by_name(string damage, byte[] content)
    {
        var path = _folder.Write("damaged.safetensors", content);

        var error = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(path).Dispose());
        Assert.Equal(path, error.File);
        Assert.True(error.Message.Length < path.Length + 1_000, damage);
    }

    [Theory]
    [InlineData("""{"layer.7.weight":{"dtype":"F33","shape":[4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"layer.7.weight":{"dtype":"F32","shape":[5],"data_offsets":[0,16]}}""")]
    [InlineData("""{"layer.7.weight":{"dtype":"F32","shape":[4],"data_offsets":[1,17]}}""")]
    [InlineData("""{"layer.7.weight":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"layer.7.weight":{"dtype":"F32","data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"layer.7.weight":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"layer.7.weight":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""")]
    public void The_tensor_at_fault_is_named(string header)
    {
        var path = _folder.Write("damaged.safetensors", SafetensorsBytes.Of(header, 16));

        var error = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(path).Dispose());
        Assert.Contains("layer.7.weight", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_thousand_levels_of_nesting_are_refused()
    {
        var deep = "{\"__metadata__\":" + string.Concat(Enumerable.Repeat("[", 100_000));
        var path = _folder.Write("deep.safetensors", SafetensorsBytes.Of(deep, 0));

        Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(path).Dispose());
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused()
    {
        Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(Path.Combine(_folder.Path, "absent")));
        Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(_folder.Path));
    }

    /// <summary>1,000 seeded mutations of a real model's header: bytes, digits, quotes, truncations and repeats.</summary>
    [Fact]
    public void A_mutated_header_opens_or_is_refused()
    {
        var (header, data) = SafetensorsBytes.Split(File.ReadAllBytes(Path.Combine(TestData.TinyModel("bert"), "model.safetensors")));
        var random = new Random(20_261_121);
        var opened = 0;
        for (var round = 0; round < 1_000; round++)
        {
            var mutated = Mutate(header, random);
            var path = _folder.Write("mutated.safetensors", SafetensorsBytes.Of(mutated, data));
            try
            {
                using var file = SafetensorsFile.Open(path);
                opened++;
                foreach (var tensor in file.Tensors)
                    ReadToTheEnd(tensor);
            }
            catch (ModelFormatException error)
            {
                Assert.Equal(path, error.File);
            }
        }

        // Some mutations only change a name; were it none or all, the test would show nothing.
        Assert.InRange(opened, 10, 900);
    }

    private static void ReadToTheEnd(Tensor tensor)
    {
        Assert.Equal(tensor.ElementCount * tensor.Type.Size(), tensor.Data.Length);
        if (!tensor.Type.IsWeight())
            return;
        var elements = new float[tensor.ElementCount];
        tensor.CopyTo(elements);
    }

    private static byte[] Mutate(byte[] header, Random random)
    {
        var mutated = header.ToList();
        for (var edits = random.Next(1, 4); edits > 0 && mutated.Count > 1; edits--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(7))
            {
                case 0: mutated[at] = (byte)random.Next(256); break;
                case 1: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: mutated.RemoveAt(at); break;
                case 3: mutated.Insert(at, (byte)"0123456789-.e[]{}\",:"[random.Next(20)]); break;
                case 4: mutated.RemoveRange(at, Math.Min(random.Next(64), mutated.Count - at)); break;
                case 5: mutated.InsertRange(at, mutated.GetRange(at, Math.Min(random.Next(200), mutated.Count - at))); break;
                default: ReplaceADigit(mutated, at, random); break;
            }
        }

        return [.. mutated];
    }

    private static void ReplaceADigit(List<byte> header, int from, Random random)
    {
        var digit = header.FindIndex(from, b => char.IsAsciiDigit((char)b));
        if (digit >= 0)
            header[digit] = (byte)('0' + random.Next(10));
    }

    /// <summary>Each is wrong for a file with 16 bytes of data.</summary>
    private static IEnumerable<string> DamagedHeaders
    {
        get
        {
            string[] damaged =
            [
                "", " ", "null", "[]", "1", "\"w\"", "{", "}", "{}", " " + Good, Good[..^1], Good + "x", Good + Good, Good + "\0", "[" + Good + "]",
                """{"w":null}""", """{"w":[]}""", """{"w":1}""", """{"w":{}}""", """{"w":"F32"}""",
                """{"":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
                """{"a\u0000b":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
                """{"a\nb":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
                """{"\ud800":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
                """{"w":{"dtype":"\udfff","shape":[4],"data_offsets":[0,16]}}""",
                "{\"" + new string('n', 501) + "\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}",
                "{\"" + new string('n', 100_000) + "\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,16]}}",
                """{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
                """{"w":{"dtype":"F32","dtype":"I32","shape":[4],"data_offsets":[0,16]}}""",
                """{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"\u0077":{"dtype":"F32","shape":[0],"data_offsets":[16,16]}}""",
                """{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},}""",
                """{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}/*x*/}""",
                """{'w':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}}""",
                """{"__metadata__":[],"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
                """{"__metadata__":{"a":1},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
                """{"__metadata__":{"a":"1","a":"2"},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
                """{"__metadata__":{"a":"b"}}""",
                """{"dtype":"F32","shape":[4],"data_offsets":[0,16]}""",
                """{"w":{"shape":[4],"data_offsets":[0,16]}}""",
                """{"w":{"dtype":"F32","data_offsets":[0,16]}}""",
                """{"w":{"dtype":"F32","shape":[4]}}""",
                """{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[4],"data_offsets":[8,16]}}""",
                """{"w":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"v":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""",
                """{"w":{"dtype":"U8","shape":[9],"data_offsets":[0,9]},"v":{"dtype":"U8","shape":[8],"data_offsets":[8,16]}}""",
                """{"w":{"dtype":"U8","shape":[7],"data_offsets":[0,7]},"v":{"dtype":"U8","shape":[8],"data_offsets":[8,16]}}""",
                """{"w":{"dtype":"U8","shape":[16],"data_offsets":[0,16]},"v":{"dtype":"U8","shape":[0],"data_offsets":[8,8]}}""",
                """{"w":{"dtype":"U8","shape":[15],"data_offsets":[1,16]}}""",

                // Products that are 0 in 64 and in 128 bits: an empty tensor of 2^126 elements.
                """{"w":{"dtype":"U8","shape":[16],"data_offsets":[0,16]},"v":{"dtype":"F32","shape":[1073741824,1073741824,4],"data_offsets":[16,16]}}""",
                """{"w":{"dtype":"U8","shape":[16],"data_offsets":[0,16]},"v":{"dtype":"F32","shape":[1073741824,1073741824,1073741824,1073741824,64],"data_offsets":[16,16]}}""",
                """{"w":{"dtype":"U8","shape":[15],"data_offsets":[0,15]}}""",
            ];
            string[] types = ["\"f32\"", "\"F33\"", "\"\"", "\"0\"", "\" F32\"", "\"F32,F16\"", "\"F8_E4M3\"", "\"F4\"", "\"float32\"", "\"I32X\"", "null", "32", "[]", "{}", "true"];
            string[] shapes =
            [
                "null", "4", "\"4\"", "{}", "[-4]", "[-2,-2]", "[4.0]", "[4e0]", "[1e1]", "[\"4\"]", "[null]", "[[4]]", "[true]", "[3]", "[5]", "[0]", "[4,0]", "[2,3]", "[]",
                "[2147483648]", "[4294967297]", "[4294967300]", "[9223372036854775807]", "[18446744073709551615]", "[18446744073709551620]", "[99999999999999999999999]",
                "[65536,65536]", "[65536,65536,65536,65536]", "[2147483647,2147483647,2147483647,2147483647,2147483647,2147483647,2147483647,2147483647]",
                "[1073741824,4]", "[1,1,1,1,1,1,1,1,4]", "[4,2147483647,0]", "[" + string.Join(",", Enumerable.Repeat("1", 5_000)) + ",4]",
            ];
            string[] offsets =
            [
                "null", "16", "[]", "[16]", "[0]", "[0,16,16]", "[16,0]", "[16,16]", "[0,0]", "[-1,15]", "[-16,0]", "[0,-16]", "[1,17]", "[0,17]", "[0,15]", "[1,16]", "[0.0,16]", "[0,1.6e1]",
                "[\"0\",\"16\"]", "[null,16]", "[0,null]", "[[0,16]]", "{\"0\":0,\"1\":16}", "[0,4294967312]", "[4294967296,4294967312]", "[0,9223372036854775807]", "[9223372036854775800,9223372036854775807]",
                "[18446744073709551600,18446744073709551616]", "[0,18446744073709551616]", "[-9223372036854775808,16]", "[9223372036854775792,9223372036854775808]", "[true,false]",
            ];
            return
            [
                .. damaged,
                .. types.Select(type => $$$"""{"w":{"dtype":{{{type}}},"shape":[4],"data_offsets":[0,16]}}"""),
                .. shapes.Select(shape => $$$"""{"w":{"dtype":"F32","shape":{{{shape}}},"data_offsets":[0,16]}}"""),
                .. offsets.Select(pair => $$$"""{"w":{"dtype":"F32","shape":[4],"data_offsets":{{{pair}}}}}"""),
                .. offsets.Select(pair => $$$"""{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"v":{"dtype":"F32","shape":[4],"data_offsets":{{{pair}}}}}"""),
            ];
        }
    }
}
