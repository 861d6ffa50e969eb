namespace Quiver.Embedding.Scheduling;

/// <summary>One long-lived thread that takes units from the scheduler and computes them: one, and inside a bulk one an interactive one.</summary>
internal sealed class Runner
{
    private readonly Scheduler _scheduler;
    private readonly Thread _thread;

    public Runner(Scheduler scheduler, SchedulerOptions options, TimeProvider time, int number)
    {
        _scheduler = scheduler;
        Run = new UnitRun(scheduler, options, time, new UnitRun(scheduler, options, time, null));
        _thread = new Thread(RunUnits) { IsBackground = true, Name = $"quiver runner {number}" };
    }

    /// <summary>What it computes; its unit is empty while it waits.</summary>
    public UnitRun Run { get; }

    public void Start() => _thread.Start();

    public void Join() => _thread.Join();

    private void RunUnits()
    {
        while (_scheduler.TryTake(Run))
            Run.Compute();
    }
}
