using Quiver.Bench.Measurement;
using Quiver.Bench.Onnx;
using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;
using Quiver.Encoding;

namespace Quiver.Bench.Load;

/// <summary>One text at a time on one thread: what an idle server adds to a request. CPU time of that thread, ours and the peer's.</summary>
internal static class SingleTextBench
{
    private static readonly int[] Lengths = [5, 20, 50, 120, 256];

    public static void Run(BenchContext context)
    {
        using var int16 = new QuiverRunners(Repository.DefaultModel, Precision.Int16, runners: 1);
        using var f32 = new QuiverRunners(Repository.DefaultModel, Precision.F32, runners: 1);
        using var models = OnnxRuntimeSession.Missing() is null ? new OnnxModels(Repository.DefaultModel) : null;
        using var standard = Session(GraphFlavor.Standard);
        using var fused = Session(GraphFlavor.Fused);
        using var int8 = Session(GraphFlavor.DynamicInt8);

        var table = context.Report.Table(
            "One text, one thread, ms", "tokens", "int16", "f32", "ORT fp32", "ORT int8", "int16 : ORT fp32", "f32 : ORT fp32");
        foreach (var length in Lengths)
        {
            var ours = (Int16: Time(int16, length), F32: Time(f32, length));
            // Two spellings of the same graph: the peer is the faster one.
            var peer = Faster(Time(standard, length), Time(fused, length));
            var peerInt8 = Time(int8, length);

            table.Row(
                $"{length}", Milliseconds(ours.Int16), Milliseconds(ours.F32), Milliseconds(peer), Milliseconds(peerInt8),
                Times(peer, ours.Int16), Times(peer, ours.F32));
            context.Report.Figure("single", $"int16, {length} tokens, ms", ours.Int16, length == 20 ? Target.Most(2.8) : null);
            context.Report.Figure("single", $"f32, {length} tokens, ms", ours.F32, length == 20 ? Target.Most(4.6) : null);
            if (peer is not null)
                context.Report.Figure("single", $"ONNX Runtime fp32, {length} tokens, ms", peer);
            if (peerInt8 is not null)
                context.Report.Figure("single", $"ONNX Runtime int8, {length} tokens, ms", peerInt8);
        }

        context.Report.Note("CPU time of one thread; a ratio is the peer's time over ours. The fp32 peer is the faster of two spellings of the graph.");

        OnnxRuntimeSession? Session(GraphFlavor flavor) => models is null ? null : OnnxRuntimeSession.Start(models.Path(flavor), threads: 1, context.Load);
    }

    private static Samples Time(QuiverRunners runners, int length)
    {
        var text = TokenizedTexts.Of(SampleTexts.Ids(length));
        var vector = new float[runners.Width];
        return Sampler.TimeThread(() => runners.Encode(text, vector)).Convert(seconds => seconds * 1e3);
    }

    private static Samples? Time(OnnxRuntimeSession? session, int length) =>
        session is null ? null : Samples.Of(session.Time([[SampleTexts.Ids(length)]], passes: 20, seconds: 1, warmup: 20).Select(pass => pass.Cpu));

    private static Samples? Faster(Samples? one, Samples? other) => one is null || other?.Median > one.Median ? one : other;

    private static string Milliseconds(Samples? samples) => samples is null ? "–" : $"{samples.Median:f2}";

    private static string Times(Samples? peer, Samples ours) => peer is null ? "–" : $"{peer.Median / ours.Median:f2}x";
}
