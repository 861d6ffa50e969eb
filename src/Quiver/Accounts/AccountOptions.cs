using Quiver.Accounts.Sessions;

namespace Quiver.Accounts;

/// <summary>What <see cref="AccountService"/> has to know.</summary>
/// <param name="PlanCalled">The plan of a name, or null.</param>
/// <param name="Secret">Signs sessions.</param>
internal sealed record AccountOptions(Func<string, Plan?> PlanCalled, SigningSecret Secret)
{
    /// <summary>Signed them before, and is still believed.</summary>
    public SigningSecret? PreviousSecret { get; init; }

    /// <summary>bcrypt's; null measures what this machine affords.</summary>
    public int? PasswordCost { get; init; }

    /// <summary>Of the machine: a quarter of them hash passwords.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;
}
