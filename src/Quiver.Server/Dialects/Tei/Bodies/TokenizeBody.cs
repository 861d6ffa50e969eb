namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>What POST /tokenize reads.</summary>
internal sealed class TokenizeBody : TeiBody
{
    private static readonly string[] MemberNames = ["inputs", "add_special_tokens", "prompt_name"];

    public override string Name => "struct TokenizeRequest";

    public override ReadOnlySpan<string> Members => MemberNames;

    public List<string> Inputs { get; private set; } = [];

    public bool AddSpecialTokens { get; private set; } = true;

    public string? PromptName { get; private set; }

    public override void Read(string member, ref TeiReader json)
    {
        if (member == "inputs")
            Inputs = json.Texts("TokenizeInput");
        else if (member == "add_special_tokens")
            AddSpecialTokens = json.Boolean();
        else
            PromptName = json.OptionalString();
    }
}

/// <summary>What POST /decode reads.</summary>
internal sealed class DecodeBody : TeiBody
{
    private static readonly string[] MemberNames = ["ids", "skip_special_tokens"];

    public override string Name => "struct DecodeRequest";

    public override ReadOnlySpan<string> Members => MemberNames;

    public List<int[]> Ids { get; private set; } = [];

    public bool SkipSpecialTokens { get; private set; } = true;

    public override void Read(string member, ref TeiReader json)
    {
        if (member == "ids")
            Ids = json.IdLists();
        else
            SkipSpecialTokens = json.Boolean();
    }
}
