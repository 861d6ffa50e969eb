namespace Quiver.Accounts.Users;

/// <summary>A row of <c>users</c>.</summary>
internal sealed class UserRow
{
    public const string Columns = "id, email, password_hash AS PasswordHash, plan, is_admin AS IsAdmin, is_disabled AS IsDisabled, session_generation AS SessionGeneration, created_at AS CreatedAt";

    public string Id { get; set; } = "";

    public string? Email { get; set; }

    public string? PasswordHash { get; set; }

    public string Plan { get; set; } = "";

    public int IsAdmin { get; set; }

    public int IsDisabled { get; set; }

    public long SessionGeneration { get; set; }

    public long CreatedAt { get; set; }

    public User ToUser() => new(Id, Email, Plan, IsAdmin != 0, IsDisabled != 0, DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt));
}
