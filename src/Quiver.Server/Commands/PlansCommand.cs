using Quiver.Accounts;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands;

/// <summary><c>quiver plans</c>: the plans that users can have.</summary>
internal static class PlansCommand
{
    public static DocumentedCommand Create()
    {
        var list = new DocumentedCommand("list", "List plans and their limits.") { Examples = "quiver plans list" };
        var configuration = new ConfigurationOptions(list, _ => false);
        list.SetAction(arguments => List(new PlanPresets(configuration.Load(arguments).Options.PlanLimits)));
        return new DocumentedCommand("plans", "Show the plans that users can have.") { list };
    }

    private static int List(PlanPresets presets)
    {
        var table = new TextTable("plan", "limits");
        foreach (var plan in presets.All)
        {
            var limits = plan.Windows.Select(window => $"{window.Limit} {window.UnitName} a {window.PeriodName}");
            table.Add(plan.Name, string.Join(", ", [.. plan.Windows.Count == 0 ? ["none"] : limits, .. plan.OwnProviderOnly ? ["own provider only"] : Array.Empty<string>()]));
        }

        table.WriteTo(Console.Out);
        return ExitCode.Success;
    }
}
