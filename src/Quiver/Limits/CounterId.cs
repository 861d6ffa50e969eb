using System.Globalization;

namespace Quiver.Limits;

/// <summary>Which count: of what, over how long, for whom. It does not name the plan, so that a change of plan forgets nothing.</summary>
/// <param name="Subject">The id of a tenant or a key; empty where an address counts alone.</param>
/// <param name="Address">Empty where addresses do not matter.</param>
internal readonly record struct CounterId(RateUnit Unit, RatePeriod Period, RateScope Scope, string Subject, string Address)
{
    /// <summary>The same for two ids only if they are equal: the length says where the subject ends.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)Unit}{(int)Period}{(int)Scope}:{Subject.Length}:{Subject}{Address}");
}
