using System.CommandLine;
using Quiver.Bench.Measurement;
using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;

namespace Quiver.Bench;

/// <summary>One thing a command can run, and the name that <c>--only</c> knows it by.</summary>
internal sealed record Bench(string Id, Action<BenchContext> Run);

/// <summary>What every bench is given.</summary>
/// <param name="Fail">Tells of a failed check; the program then exits with 1.</param>
internal sealed record BenchContext(ForeignLoad Load, Sampler Sampler, Report Report, Action<string> Fail);

/// <summary>A command of the program: checks the machine, runs the benches between two readings of the yardstick, and saves the report.</summary>
internal static class BenchCommand
{
    // The machine swings between states that last minutes: a comparison across two of them says nothing.
    private const double ToleratedDrift = 0.05;

    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(60);

    public static Command Create(string name, string description, IReadOnlyList<Bench> benches)
    {
        var only = new Option<string[]>("--only") { Description = $"Run only these: {string.Join(", ", benches.Select(bench => bench.Id))}.", AllowMultipleArgumentsPerToken = true };
        only.AcceptOnlyFromAmong([.. benches.Select(bench => bench.Id)]);
        var save = new Option<bool>("--save") { Description = "Write the report to bench/results." };
        var force = new Option<bool>("--force") { Description = "Measure although the machine is busy." };
        var command = new Command(name, description) { only, save, force };
        command.SetAction(arguments =>
        {
            var chosen = arguments.GetValue(only) is { Length: > 0 } ids ? benches.Where(bench => ids.Contains(bench.Id)).ToArray() : benches;
            return Run(name, chosen, arguments.GetValue(save), arguments.GetValue(force));
        });
        return command;
    }

    private static int Run(string name, IReadOnlyList<Bench> benches, bool save, bool force)
    {
        var load = new ForeignLoad();
        if (!force && !load.WaitForIdle(IdleWait))
        {
            Console.Error.WriteLine("Other processes keep using more than 10 % of a core. Stop them, or measure all the same with --force.");
            return 2;
        }

        var attempt = Measure(name, benches, load);
        if (!force && attempt.Drift > ToleratedDrift)
        {
            Console.WriteLine($"\nThe yardstick moved by {Format.Percent(attempt.Drift)}: measured once more.\n");
            attempt = Measure(name, benches, load);
        }

        if (save)
            Console.WriteLine($"\nSaved as {Path.GetRelativePath(Repository.Folder(), attempt.Report.Save(Repository.Folder("bench", "results")))}.md and .json");
        foreach (var failure in attempt.Failures)
            Console.Error.WriteLine($"FAILED: {failure}");
        return attempt.Failures.Count > 0 ? 1 : 0;
    }

    private static Attempt Measure(string name, IReadOnlyList<Bench> benches, ForeignLoad load)
    {
        var machine = Machine.Detect();
        var report = new Report(name, machine, TimeProvider.System);
        var failures = new List<string>();
        var context = new BenchContext(load, new Sampler(load), report, failures.Add);
        Console.WriteLine(machine.Describe());

        using var yardstick = Yardstick.TryCreate(context);
        var before = yardstick?.Read();
        foreach (var bench in benches)
            bench.Run(context);
        if (yardstick is null || before is null)
        {
            report.Note($"No yardstick: {OnnxRuntimeSession.Missing()}.");
            return new Attempt(report, failures, 0);
        }

        var after = yardstick.Read();
        var drift = Math.Abs(after.Median - before.Median) / before.Median;
        report.Figure("yardstick", "ONNX Runtime, 1 × 20 tokens, 1 thread, before, ms", before);
        report.Figure("yardstick", "ONNX Runtime, 1 × 20 tokens, 1 thread, after, ms", after);
        report.Note(
            $"Yardstick (ONNX Runtime {yardstick.Version} fp32, 1 × 20 tokens, 1 thread): {before.Median:f2} ms before, {after.Median:f2} ms after" +
            $"{(drift > ToleratedDrift ? $"; it moved by {Format.Percent(drift)}, more than the 5 % allowed" : "")}.");
        return new Attempt(report, failures, drift);
    }

    private sealed record Attempt(Report Report, IReadOnlyList<string> Failures, double Drift);
}
