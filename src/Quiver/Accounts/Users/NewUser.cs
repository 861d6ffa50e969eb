namespace Quiver.Accounts.Users;

/// <summary>A user to be made.</summary>
/// <param name="Password">null for one who has keys and no log-in.</param>
/// <param name="Plan">The name of a plan.</param>
/// <param name="KeyPrefix">Of his first key: one of <see cref="ApiKey.Prefixes"/>.</param>
internal sealed record NewUser(string Email, string? Password, string Plan, string KeyPrefix, bool IsAdmin = false);

/// <summary>What is to be changed of a user; null leaves it as it is.</summary>
internal sealed record UserChange(string? Plan = null, bool? IsDisabled = null, string? Password = null)
{
    /// <summary>For the audit log.</summary>
    public string Describe() => string.Join(", ", new[]
    {
        Plan is null ? null : $"plan {Plan}",
        IsDisabled switch { true => "disabled", false => "enabled", null => null },
        Password is null ? null : "password",
    }.OfType<string>());
}
