using System.Diagnostics;
using Quiver.Bench.Measurement;
using Quiver.Encoding;
using Quiver.Models;

namespace Quiver.Bench.Load;

/// <summary>The encoder as the server runs it: single-threaded runners over shared weights, each with a workspace of its own.</summary>
internal sealed class QuiverRunners : IDisposable
{
    private readonly TextEncoder _encoder;
    private readonly EncoderWorkspace[] _workspaces;

    public QuiverRunners(string folder, Precision precision, int runners)
    {
        _encoder = TextEncoder.Load(ModelFolder.Open(folder), precision);
        _workspaces = [.. Enumerable.Range(0, runners).Select(_ => _encoder.CreateWorkspace())];
    }

    public int Width => _encoder.Width;

    /// <summary>Encodes on the calling thread.</summary>
    public void Encode(TokenizedTexts texts, Span<float> vectors) => _encoder.Encode(texts.Batch, vectors, _workspaces[0]);

    /// <summary>Encodes all calls, each runner taking the next one when it is free. Vectors stand in the order of the texts.</summary>
    public (Work Work, float[] Vectors) Encode(IReadOnlyList<TokenizedTexts> calls)
    {
        var firsts = new int[calls.Count + 1];
        for (var i = 0; i < calls.Count; i++)
            firsts[i + 1] = firsts[i] + calls[i].Lengths.Length;
        var vectors = new float[firsts[^1] * Width];

        var next = -1;
        var cpu = new double[_workspaces.Length];
        var threads = _workspaces.Select((workspace, runner) => new Thread(() =>
        {
            var start = ThreadClock.Now();
            for (var i = Interlocked.Increment(ref next); i < calls.Count; i = Interlocked.Increment(ref next))
                _encoder.Encode(calls[i].Batch, vectors.AsSpan(firsts[i] * Width, calls[i].Lengths.Length * Width), workspace);
            cpu[runner] = ThreadClock.Now() - start;
        })).ToArray();

        var elapsed = Stopwatch.GetTimestamp();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return (new Work(Stopwatch.GetElapsedTime(elapsed).TotalSeconds, cpu.Sum()), vectors);
    }

    public void Dispose()
    {
        foreach (var workspace in _workspaces)
            workspace.Dispose();
        _encoder.Dispose();
    }
}
