namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>An object of a request body: its members in TEI's order, and how each is read.</summary>
internal abstract class TeiBody
{
    /// <summary>What error texts call it.</summary>
    public abstract string Name { get; }

    /// <summary>Members that are read; others are skipped.</summary>
    public abstract ReadOnlySpan<string> Members { get; }

    /// <summary>So many members, the first ones, have to be there.</summary>
    public virtual int Required => 1;

    /// <summary>Reads the value of a member, which is at hand.</summary>
    public abstract void Read(string member, ref TeiReader json);
}
