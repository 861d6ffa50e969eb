namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>What POST /rerank reads. No served model can do it yet, so only its checks are made.</summary>
internal sealed class RerankBody : TeiBody
{
    private static readonly string[] MemberNames = ["query", "texts", "truncate", "truncation_direction", "raw_scores", "return_text"];

    public override string Name => "struct RerankRequest";

    public override ReadOnlySpan<string> Members => MemberNames;

    public override int Required => 2;

    public List<string> Texts { get; private set; } = [];

    public override void Read(string member, ref TeiReader json)
    {
        switch (member)
        {
            case "query":
                _ = json.String();
                break;
            case "texts":
                Texts = json.Strings();
                break;
            case "truncate":
                _ = json.OptionalBoolean();
                break;
            case "truncation_direction":
                _ = json.Side();
                break;
            default:
                _ = json.Boolean();
                break;
        }
    }
}

/// <summary>What POST /predict reads. No served model can do it yet, so only its checks are made.</summary>
internal sealed class PredictBody : TeiBody
{
    private static readonly string[] MemberNames = ["inputs", "truncate", "truncation_direction", "raw_scores"];

    public override string Name => "struct PredictRequest";

    public override ReadOnlySpan<string> Members => MemberNames;

    /// <summary>How many texts or pairs of texts there are.</summary>
    public int Inputs { get; private set; }

    public override void Read(string member, ref TeiReader json)
    {
        switch (member)
        {
            case "inputs":
                Inputs = json.Pairs();
                break;
            case "truncate":
                _ = json.OptionalBoolean();
                break;
            case "truncation_direction":
                _ = json.Side();
                break;
            default:
                _ = json.Boolean();
                break;
        }
    }
}
