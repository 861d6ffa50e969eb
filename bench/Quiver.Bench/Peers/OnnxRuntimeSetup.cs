using Quiver.Bench.Measurement;
using Quiver.Bench.Onnx;

namespace Quiver.Bench.Peers;

/// <summary>A way to run ONNX Runtime on all cores: which graph, how many sessions of how many threads, how many texts are padded together.</summary>
internal sealed class OnnxRuntimeSetup : IDisposable
{
    private readonly OnnxRuntimeSession[] _sessions;
    private readonly int _texts;

    private OnnxRuntimeSetup(string name, OnnxRuntimeSession[] sessions, int texts)
    {
        Name = name;
        _sessions = sessions;
        _texts = texts;
    }

    public string Name { get; }

    /// <summary>The three set-ups that Quiver is compared with.</summary>
    public static IReadOnlyList<Func<OnnxModels, ForeignLoad, OnnxRuntimeSetup>> All { get; } = [Best, AsServed, DynamicInt8];

    /// <summary>As text-embeddings-inference runs it: one session over all cores, up to 8 texts as they come, padded to the longest.</summary>
    public static OnnxRuntimeSetup AsServed(OnnxModels models, ForeignLoad load) => new(
        $"ONNX Runtime fp32, 1 × {Environment.ProcessorCount} threads, FIFO ≤ 8 padded",
        [OnnxRuntimeSession.Start(models.Path(GraphFlavor.Standard), Environment.ProcessorCount, load)],
        texts: 8);

    /// <summary>At its best in fp32: an independent single-threaded session per core, each text alone and so never padded.</summary>
    public static OnnxRuntimeSetup Best(OnnxModels models, ForeignLoad load) => new(
        $"ONNX Runtime fp32 at its best, {Environment.ProcessorCount} × 1 thread, unpadded",
        [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => OnnxRuntimeSession.Start(models.Path(GraphFlavor.Standard), 1, load))],
        texts: 1);

    /// <summary>Dynamic int8 at its best: as <see cref="Best"/>. Its vectors are approximate; <c>bench quality</c> says by how much.</summary>
    public static OnnxRuntimeSetup DynamicInt8(OnnxModels models, ForeignLoad load) => new(
        $"ONNX Runtime dynamic int8, {Environment.ProcessorCount} × 1 thread, unpadded",
        [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => OnnxRuntimeSession.Start(models.Path(GraphFlavor.DynamicInt8), 1, load))],
        texts: 1);

    /// <summary>Runs all texts once, dealt to the sessions in turn. Elapsed is that of the session that took longest.</summary>
    public Work Run(IReadOnlyList<int[]> texts, int warmup = 0)
    {
        for (var i = 0; i < _sessions.Length; i++)
            _sessions[i].BeginTime(Share(texts, i), passes: 1, seconds: 0, warmup);
        var passes = _sessions.Select(session => session.EndTime().Single()).ToArray();
        return new Work(passes.Max(pass => pass.Elapsed) / 1e3, passes.Sum(pass => pass.Cpu) / 1e3);
    }

    /// <summary>The pooled, not normalized vectors of all texts, in their order.</summary>
    public float[] Embed(IReadOnlyList<int[]> texts)
    {
        for (var i = 0; i < _sessions.Length; i++)
            _sessions[i].BeginEmbed(Share(texts, i));
        var shares = _sessions.Select(session => session.EndEmbed()).ToArray();
        var width = shares.Sum(share => share.Length) / texts.Count;
        var vectors = new float[texts.Count * width];
        for (var text = 0; text < texts.Count; text++)
        {
            var batch = text / _texts;
            var row = (batch / _sessions.Length * _texts) + (text % _texts);
            shares[batch % _sessions.Length].AsSpan(row * width, width).CopyTo(vectors.AsSpan(text * width));
        }

        return vectors;
    }

    public void Dispose()
    {
        foreach (var session in _sessions)
            session.Dispose();
    }

    private int[][][] Share(IReadOnlyList<int[]> texts, int session) =>
        [.. texts.Chunk(_texts).Where((_, batch) => batch % _sessions.Length == session)];
}
