using Quiver.Diagnostics;

namespace Quiver.Accounts.Users;

/// <summary>What a user's keys and sessions may do: everything within his own data, and within others' as an administrator only.</summary>
internal static class UserScopes
{
    public static Scopes Effective(Scopes scopes, bool isAdmin) => isAdmin ? scopes : scopes & ~Scopes.Admin;

    /// <param name="requested">Of a new key of this user.</param>
    /// <param name="maker">What whoever makes it may do himself.</param>
    /// <exception cref="QuiverException">They are none, or more than the maker has.</exception>
    public static void Require(Scopes requested, bool ownerIsAdmin, Scopes maker)
    {
        if (requested == Scopes.None)
            throw new QuiverException(ErrorKind.InvalidInput, "A key is for something: name at least one permission, or \"*\".") { Parameter = "permissions" };
        // "*" is everything that its owner may do; any other list says what it wants.
        var wanted = requested == Scopes.All ? Effective(requested, ownerIsAdmin) : requested;
        if ((wanted & ~maker) != 0 || (requested != Scopes.All && Effective(requested, ownerIsAdmin) != requested))
            throw new QuiverException(ErrorKind.Forbidden, "A key cannot have more permissions than its owner and its maker.") { Parameter = "permissions" };
    }
}
