namespace Quiver.Accounts.Sessions;

/// <summary>What a session token says.</summary>
/// <param name="UserId">Whose session it is.</param>
/// <param name="Generation">The user's, when the token was made: log-out, a new password and disabling make another.</param>
/// <param name="TokenId">Unique.</param>
internal sealed record SessionClaims(string UserId, long Generation, string TokenId, DateTimeOffset Expires);
