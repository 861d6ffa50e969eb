using Quiver.Accounts;
using Quiver.Bench.Measurement;
using Quiver.Bench.Reporting;
using Quiver.Limits;
using Quiver.Limits.Usage;

namespace Quiver.Bench.Micro;

/// <summary>What limits cost a request in this process: the charge of each plan's windows, and its line in the usage.</summary>
internal static class LimitBench
{
    private const int Tenants = 1000;

    public static void Run(Report report)
    {
        var table = report.Table($"A request's account, {Tenants:N0} tenants", "step", "ns");
        var limiter = new Limiter(TimeProvider.System);
        var presets = new PlanPresets(new PresetLimits { EmbedCachePaid = int.MaxValue, FastEmbedScale = int.MaxValue, TkrEmbedPerMinute = int.MaxValue });
        var subjects = Enumerable.Range(0, Tenants).Select(i => new RateSubject($"tenant {i}", $"key {i}", "203.0.113.7")).ToArray();
        var next = 0;
        foreach (var name in (string[])["unlimited", "embedcache-paid", "fastembed-scale"])
        {
            var plan = presets.Find(name)!;
            Line($"{name}: a miss", () => Charge(plan, new RequestCost(0, 1, 0, 8)));
            Line($"{name}: a hit", () => Charge(plan, new RequestCost(1, 0, 8, 0)));
        }

        var rate = presets.Find("tkr-embed")!;
        Line("tkr-embed: four windows", () => Charge(rate, new RequestCost(0, 1, 0, 8)));
        var usage = new UsageLedger(database: null, TimeProvider.System);
        var amounts = new UsageAmounts { Requests = 1, MemoryHits = 1, HitTokens = 8 };
        Line("usage", () => usage.Add(new UsageKey(subjects[Next()].Tenant, "key", "model", usage.Today), amounts));

        int Next() => next = (next + 1) % Tenants;

        void Charge(Plan plan, RequestCost cost)
        {
            if (limiter.Begin(subjects[Next()], plan.Windows, plan.HitCost) is not { } charge)
                return;
            try
            {
                var taken = charge.TakeAsync(cost, CancellationToken.None);
                if (!taken.IsCompletedSuccessfully)
                    taken.AsTask().GetAwaiter().GetResult();
            }
            catch (Quiver.Diagnostics.QuiverException)
            {
                // At the limit: a refusal, too, is what a request costs.
            }
        }

        void Line(string step, Action work)
        {
            var nanoseconds = Sampler.TimeThread(work).Convert(value => value * 1e9);
            table.Row(step, $"{nanoseconds.Median:f0}");
            report.Figure("limits", $"{step}, ns", nanoseconds, null);
        }
    }
}
