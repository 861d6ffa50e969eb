using Quiver.Bench.Measurement;
using Quiver.Bench.Onnx;

namespace Quiver.Bench.Peers;

/// <summary>Raw ONNX Runtime, fp32, one text of 20 tokens, one thread: run before and after, it tells whether the machine stayed itself.</summary>
internal sealed class Yardstick : IDisposable
{
    private const int Passes = 100;

    private readonly OnnxModels _models;
    private readonly OnnxRuntimeSession _session;

    private Yardstick(BenchContext context)
    {
        _models = new OnnxModels(Repository.DefaultModel);
        _session = OnnxRuntimeSession.Start(_models.Path(GraphFlavor.Standard), threads: 1, context.Load);
    }

    public string Version => _session.Version;

    /// <summary>Null where Node or onnxruntime-node is missing.</summary>
    public static Yardstick? TryCreate(BenchContext context) => OnnxRuntimeSession.Missing() is null ? new Yardstick(context) : null;

    /// <summary>Milliseconds of CPU time of one run.</summary>
    public Samples Read() => Samples.Of(_session.Time([[SampleTexts.Ids(20)]], Passes, seconds: 0.5, warmup: 20).Select(pass => pass.Cpu));

    public void Dispose()
    {
        _session.Dispose();
        _models.Dispose();
    }
}
