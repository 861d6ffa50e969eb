using Quiver.Diagnostics;

namespace Quiver.Accounts.Users;

/// <summary>What a user's keys and sessions may do: everything within his own data, and within others' as an administrator only.</summary>
internal static class UserScopes
{
    public static Scopes Effective(Scopes scopes, bool isAdmin) => isAdmin ? scopes : scopes & ~Scopes.Admin;

    /// <summary>Of the first key of a user: everything, where whoever makes him may do that, and otherwise what both may.</summary>
    /// <exception cref="QuiverException">That is nothing.</exception>
    public static Scopes OfFirstKey(Scopes maker, bool isAdmin) => maker == Scopes.All ? Scopes.All : Effective(maker, isAdmin) switch
    {
        Scopes.None => throw new QuiverException(ErrorKind.Forbidden, "A new user's key cannot have more permissions than its maker, who has none that a user may have."),
        var scopes => scopes,
    };

    /// <summary>For what would let the maker do more than he may: administrators, and log-ins, which are for all that their user may do.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Forbidden"/>.</exception>
    public static void RequireEverything(Scopes maker)
    {
        if (maker != Scopes.All)
            throw new QuiverException(ErrorKind.Forbidden, "Only who has permission for everything (\"*\") makes or changes administrators, and sets passwords.");
    }

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
