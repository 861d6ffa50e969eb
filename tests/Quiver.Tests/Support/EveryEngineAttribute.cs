using System.Reflection;
using Quiver.Storage;
using Xunit.Sdk;
using Xunit.v3;

namespace Quiver.Tests.Support;

/// <summary>Runs a theory once per engine: <c>[Theory, EveryEngine] public async Task Name(SqlEngine engine)</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EveryEngineAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Enum.GetValues<SqlEngine>().Select(engine => new TheoryDataRow<SqlEngine>(engine))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
