namespace Quiver.Embedding.Scheduling;

/// <summary>
/// One long-lived thread that takes units from the scheduler and computes them: one, and inside a bulk one an interactive one. With nothing
/// to compute it helps another.
/// </summary>
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

    /// <summary>Whom it helps, or null. The scheduler's.</summary>
    public UnitRun? Leader { get; set; }

    public void Start() => _thread.Start();

    public void Join() => _thread.Join();

    private void RunUnits()
    {
        while (_scheduler.TryTake(this))
        {
            if (Leader is null)
            {
                Run.Compute();
                continue;
            }

            Leader.Columns.Help();
            _scheduler.EndHelp(this);
        }
    }
}
