namespace Quiver.Server.FastApi;

/// <summary>A request body: its members, each read by itself, so that all that is wrong is told at once, in the order of the members.</summary>
internal abstract class FastApiBody
{
    /// <summary>Reads a member's value, which is at hand; one that is not known is left alone.</summary>
    public abstract void Read(string member, ref FieldReader json);

    /// <summary>What is wrong with each member, null where nothing is.</summary>
    public abstract IEnumerable<FieldError?> FieldErrors { get; }

    /// <summary>What is wrong with members that are well by themselves, or null.</summary>
    public virtual FieldError? RuleError => null;
}
