namespace Quiver.Embedding.Scheduling;

/// <summary>Where the time of one text went, from <see cref="Scheduler.Enqueue"/> to its vector.</summary>
/// <param name="Queue">Waiting for a runner, and suspended while interactive work went before it.</param>
/// <param name="Inference">On the runner, with the texts that shared its unit.</param>
internal readonly record struct ScheduledTimes(TimeSpan Queue, TimeSpan Inference);
