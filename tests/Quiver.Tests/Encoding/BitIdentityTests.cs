using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Quiver.Encoding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Encoding;

/// <summary>A text's vector has the same bits alone and in company, in any order, on any thread, and on every width of vector.</summary>
public sealed class BitIdentityTests
{
    public static TheoryData<Precision> Precisions => [Precision.F32, Precision.Int16];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_text_has_the_same_bits_alone_and_in_batches_of_8_and_of_32(Precision precision)
    {
        using var model = new LoadedModel(TestData.DefaultModel, precision);
        var texts = Texts(32);
        var alone = texts.Select(model.Encode).ToArray();

        foreach (var size in (int[])[8, 32])
        {
            var batched = texts.Chunk(size).SelectMany(chunk => model.EncodeBatch(chunk)).ToArray();
            AssertSameBits(alone, batched);
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_text_has_the_same_bits_in_any_order(Precision precision)
    {
        using var model = new LoadedModel(TestData.DefaultModel, precision);
        var texts = Texts(24);
        var inOrder = model.EncodeBatch(texts);
        var random = new Random(20261121);
        for (var round = 0; round < 3; round++)
        {
            var order = Enumerable.Range(0, texts.Length).ToArray();
            random.Shuffle(order);
            var shuffled = model.EncodeBatch([.. order.Select(i => texts[i])]);
            AssertSameBits([.. order.Select(i => inOrder[i])], shuffled);
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public async Task A_text_has_the_same_bits_on_two_runners_at_once(Precision precision)
    {
        using var model = new LoadedModel(TestData.DefaultModel, precision);
        var texts = Texts(16);
        var expected = texts.Select(model.Encode).ToArray();

        var runners = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            using var workspace = model.Encoder.CreateWorkspace();
            return texts.Select(ids =>
            {
                var vector = new float[model.Encoder.Width];
                model.Encoder.Encode(new TokenBatch(ids, [ids.Length]), vector, workspace);
                return vector;
            }).ToArray();
        }));
        foreach (var vectors in await Task.WhenAll(runners))
            AssertSameBits(expected, vectors);
    }

    [Theory]
    [InlineData(Precision.F32, false)]
    [InlineData(Precision.Int16, false)]
    [InlineData(Precision.F32, true)]
    [InlineData(Precision.Int16, true)]
    public async Task Narrower_vectors_give_the_same_bits(Precision precision, bool only128)
    {
        Assert.SkipUnless(only128 ? Avx2.IsSupported : Avx512BW.IsSupported, "This machine has no wider vectors to switch off.");
        using var model = new LoadedModel(TestData.DefaultModel, precision);
        // 128-bit vectors have no fused multiply-add on x64: f32 runs in software there, so its texts are short.
        var texts = only128 ? Texts(6, longest: precision == Precision.F32 ? 64 : 256) : Texts(16);
        var expected = texts.Select(ids => Digest(model.Encode(ids)));

        var output = await RunNarrowAsync(precision, only128, texts);

        Assert.Equal(only128 ? "512=False 256=False 128=True" : "512=False 256=True 128=True", output[0]);
        Assert.Equal(expected, output.Skip(1));
    }

    private static async Task<string[]> RunNarrowAsync(Precision precision, bool only128, int[][] texts)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Quiver.VectorBits.dll"), TestData.DefaultModel, precision.ToString() },
            Environment = { ["DOTNET_EnableAVX512"] = "0", ["DOTNET_EnableAVX512F"] = "0" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (only128)
            start.Environment["DOTNET_EnableAVX2"] = "0";

        using var process = Process.Start(start)!;
        foreach (var ids in texts)
            await process.StandardInput.WriteLineAsync(string.Join(' ', ids));
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Texts of many lengths, from the empty one to the longest.</summary>
    private static int[][] Texts(int count, int longest = 256)
    {
        var all = TestData.Cases("embeddings/minilm.jsonl")
            .Select(golden => golden.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray())
            .Where(ids => ids.Length <= longest).OrderBy(ids => ids.Length).ToArray();
        return [.. Enumerable.Range(0, count).Select(i => all[i * (all.Length - 1) / (count - 1)])];
    }

    private static void AssertSameBits(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (first, second) in expected.Zip(actual))
            Assert.Equal(Digest(first), Digest(second));
    }

    private static string Digest(float[] vector) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(vector)));
}
