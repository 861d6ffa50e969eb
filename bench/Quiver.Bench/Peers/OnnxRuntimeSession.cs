using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Quiver.Bench.Measurement;

namespace Quiver.Bench.Peers;

/// <summary>One ONNX Runtime session in a Node process of its own (bench/npm/ort-session.js). Times are taken inside, around session.run.</summary>
internal sealed class OnnxRuntimeSession : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Process _process;
    private readonly ForeignLoad? _load;

    private OnnxRuntimeSession(Process process, string version, ForeignLoad? load)
    {
        _process = process;
        Version = version;
        _load = load;
        _load?.Track(process);
    }

    public string Version { get; }

    /// <summary>What is missing on this machine, or null when sessions can be started.</summary>
    public static string? Missing()
    {
        if (!Directory.Exists(Path.Combine(Repository.Folder("bench", "npm"), "node_modules", "onnxruntime-node")))
            return "onnxruntime-node is not installed: run `npm ci --ignore-scripts` in bench/npm";
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            node.WaitForExit();
            return node.ExitCode == 0 ? null : "node does not run";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "node is not installed";
        }
    }

    /// <param name="model">Path of an ONNX file written by <see cref="Onnx.BertGraph"/>.</param>
    /// <param name="threads">ONNX Runtime's intra-op threads.</param>
    /// <param name="load">Told of the process, so that it does not count as another's load.</param>
    public static OnnxRuntimeSession Start(string model, int threads, ForeignLoad? load = null)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(Repository.Folder("bench", "npm"), "ort-session.js"));
        start.ArgumentList.Add(model);
        start.ArgumentList.Add(threads.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var process = Process.Start(start)!;
        var hello = Read<Hello>(process);
        return new OnnxRuntimeSession(process, hello.Version, load);
    }

    /// <summary>Runs every batch once a pass and tells what each pass took.</summary>
    /// <param name="batches">Token ids of each text of each batch; a batch is padded to its longest text.</param>
    /// <param name="seconds">Passes repeat for at least this long and at least <paramref name="passes"/> times.</param>
    public IReadOnlyList<Pass> Time(int[][][] batches, int passes, double seconds, int warmup)
    {
        BeginTime(batches, passes, seconds, warmup);
        return EndTime();
    }

    /// <summary>Starts what <see cref="EndTime"/> waits for, so that several sessions can run at once.</summary>
    public void BeginTime(int[][][] batches, int passes, double seconds, int warmup) =>
        Send(new Request(batches, warmup, passes, seconds, Vectors: false));

    public IReadOnlyList<Pass> EndTime() => Read<Answer>(_process).Passes;

    /// <summary>The pooled, not normalized vectors of all texts, row after row.</summary>
    public float[] Embed(int[][][] batches)
    {
        BeginEmbed(batches);
        return EndEmbed();
    }

    /// <summary>Starts what <see cref="EndEmbed"/> waits for.</summary>
    public void BeginEmbed(int[][][] batches) => Send(new Request(batches, Warmup: 0, Passes: 0, Seconds: 0, Vectors: true));

    public float[] EndEmbed() => MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(Read<Answer>(_process).Vectors)).ToArray();

    public void Dispose()
    {
        _load?.Forget(_process);
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            _process.Kill();
        _process.Dispose();
    }

    private void Send(Request request)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(request, Json));
        _process.StandardInput.Flush();
    }

    private static T Read<T>(Process process)
    {
        var line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The ONNX Runtime process ended; its message is above.");
        return JsonSerializer.Deserialize<T>(line, Json)!;
    }

    /// <param name="Elapsed">Milliseconds inside session.run.</param>
    /// <param name="Cpu">Milliseconds of CPU time that all threads of the process used meanwhile.</param>
    internal sealed record Pass(double Elapsed, double Cpu);

    private sealed record Hello(string Version);

    private sealed record Request(int[][][] Batches, int Warmup, int Passes, double Seconds, bool Vectors);

    private sealed record Answer(Pass[] Passes, string Vectors);
}
