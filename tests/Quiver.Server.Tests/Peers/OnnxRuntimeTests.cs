using Quiver.Bench.Onnx;
using Quiver.Bench.Peers;
using Quiver.Bench.Quality;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Peers;

/// <summary>Our encoder against ONNX Runtime on a graph written from the same weights: two implementations that share no code.</summary>
public sealed class OnnxRuntimeTests
{
    public static TheoryData<string> Graphs => [nameof(GraphFlavor.Standard), nameof(GraphFlavor.Fused)];

    [Theory]
    [MemberData(nameof(Graphs))]
    public void F32_vectors_of_the_default_model_agree_with_those_of_ONNX_Runtime(string graph)
    {
        RequireOnnxRuntime();
        AssertAgreement(TestData.DefaultModel, graph, OnnxAgreement.Texts);
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void F32_vectors_of_random_weights_agree_with_those_of_ONNX_Runtime(string graph)
    {
        RequireOnnxRuntime();
        // Every parameter of this model is random, biases and norms too: a term that one side forgot would show.
        var texts = Enumerable.Range(1, 128).Select(length => Enumerable.Range(0, length).Select(i => ((i * 37) + length) % 2_000).ToArray());
        AssertAgreement(TestData.TinyModel("bert"), graph, [.. texts]);
    }

    private static void AssertAgreement(string model, string graph, IReadOnlyList<int[]> texts)
    {
        var difference = OnnxAgreement.LargestDifference(model, Enum.Parse<GraphFlavor>(graph), texts);
        Assert.True(difference <= OnnxAgreement.Tolerance, $"off by {difference:e1}");
    }

    private static void RequireOnnxRuntime()
    {
        if (OnnxRuntimeSession.Missing() is not { } missing)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(missing);
        Assert.Skip(missing);
    }
}
