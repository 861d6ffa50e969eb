namespace Quiver.Bench.Measurement;

/// <summary>What a piece of work took.</summary>
/// <param name="Elapsed">Seconds on the wall: the figure, when nothing else ran.</param>
/// <param name="Cpu">Seconds of CPU time over all its threads: other processes can hardly lengthen it.</param>
internal readonly record struct Work(double Elapsed, double Cpu);
