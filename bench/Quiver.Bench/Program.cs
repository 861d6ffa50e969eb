using System.CommandLine;
using Quiver.Bench;
using Quiver.Bench.Peers;

var root = new RootCommand("Measures Quiver beside its peers. The method is in bench/README.md.")
{
    BenchCommand.Create("micro", "The machine's limits and each kernel beside them.", MicroBenches.All),
    BenchCommand.Create("load", "Whole texts through the engine, beside ONNX Runtime on the same weights.", LoadBenches.All),
    BenchCommand.Create("quality", "Fidelity of each precision, and agreement with ONNX Runtime. Exits with 1 where a check fails.", QualityBenches.All),
    FormattingServer.Command(),
};
return root.Parse(args).Invoke();
