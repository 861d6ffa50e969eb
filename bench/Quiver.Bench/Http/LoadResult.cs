namespace Quiver.Bench.Http;

/// <summary>One answer: when its request was due and when it was whole, in seconds since the run began.</summary>
internal readonly record struct AnsweredRequest(double Due, double Done, int Status, bool HasRetryAfter)
{
    public double Latency => Done - Due;
}

/// <summary>What a run of a <see cref="LoadGenerator"/> saw.</summary>
/// <param name="Seconds">How long requests were sent.</param>
internal sealed record LoadResult(IReadOnlyList<AnsweredRequest> Answers, double Seconds)
{
    public IEnumerable<AnsweredRequest> Good => Answers.Where(answer => answer.Status == 200);

    public IEnumerable<AnsweredRequest> Refused => Answers.Where(answer => answer.Status != 200);

    /// <summary>Good answers a second that were whole while requests were sent.</summary>
    public double Rate => Good.Count(answer => answer.Done <= Seconds) / Seconds;

    /// <summary>The same of a part of the run.</summary>
    public double RateBetween(double from, double to) => Good.Count(answer => answer.Done > from && answer.Done <= to) / (to - from);

    /// <param name="share">0.99 for p99.</param>
    /// <returns>Seconds; 0 for no answers.</returns>
    public static double Percentile(IEnumerable<AnsweredRequest> answers, double share)
    {
        var latencies = answers.Select(answer => answer.Latency).Order().ToArray();
        return latencies.Length == 0 ? 0 : latencies[Math.Min(latencies.Length - 1, (int)Math.Ceiling(share * latencies.Length) - 1)];
    }

    /// <exception cref="InvalidOperationException">Some request was refused: the figure would be another's.</exception>
    public LoadResult RequireAllGood() => Refused.Any()
        ? throw new InvalidOperationException($"{Refused.Count()} of {Answers.Count} requests were refused, the first with status {Refused.First().Status}.")
        : this;
}
