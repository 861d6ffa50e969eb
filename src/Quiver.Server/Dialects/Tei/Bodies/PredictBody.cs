namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>What POST /predict reads.</summary>
internal sealed class PredictBody : UnservedBody
{
    private static readonly string[] MemberNames = ["inputs", "truncate", "truncation_direction", "raw_scores"];

    public override string Name => "struct PredictRequest";

    public override ReadOnlySpan<string> Members => MemberNames;

    /// <summary>How many texts or pairs of texts there are.</summary>
    public int Inputs { get; private set; }

    protected override void ReadInput(string member, ref TeiReader json) => Inputs = json.Pairs();
}
