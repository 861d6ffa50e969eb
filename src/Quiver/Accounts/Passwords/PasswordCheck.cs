namespace Quiver.Accounts.Passwords;

internal enum PasswordCheck
{
    Wrong,
    Right,

    /// <summary>Right, and its hash is not as a new one would be: it should be hashed again while the password is at hand.</summary>
    RightButOld,
}
