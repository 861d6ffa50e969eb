namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>What POST /rerank reads.</summary>
internal sealed class RerankBody : UnservedBody
{
    private static readonly string[] MemberNames = ["query", "texts", "truncate", "truncation_direction", "raw_scores", "return_text"];

    public override string Name => "struct RerankRequest";

    public override ReadOnlySpan<string> Members => MemberNames;

    public override int Required => 2;

    public List<string> Texts { get; private set; } = [];

    protected override void ReadInput(string member, ref TeiReader json)
    {
        if (member == "query")
            _ = json.String();
        else
            Texts = json.Strings();
    }
}
