namespace Quiver.Accounts.Users;

/// <summary>An account, without its password.</summary>
/// <param name="Id">"usr_" and 24 hexadecimal digits: also the tenant whose data is his.</param>
/// <param name="Email">null for the operator.</param>
/// <param name="Plan">The name of a plan; one that is not configured any more lets nothing be done.</param>
internal sealed record User(string Id, string? Email, string Plan, bool IsAdmin, bool IsDisabled, DateTimeOffset CreatedAt)
{
    /// <summary>The user that the master key stands for. Has no log-in.</summary>
    public const string OperatorId = "usr_operator";
}
