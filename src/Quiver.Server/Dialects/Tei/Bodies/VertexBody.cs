namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>What POST /vertex reads: bodies of other routes.</summary>
internal sealed class VertexBody : TeiBody
{
    private static readonly string[] MemberNames = ["instances"];

    public override string Name => "struct VertexRequest";

    public override ReadOnlySpan<string> Members => MemberNames;

    /// <summary>Where in the body each is.</summary>
    public List<Range> Instances { get; private set; } = [];

    public override void Read(string member, ref TeiReader json) => Instances = json.Ranges();
}
