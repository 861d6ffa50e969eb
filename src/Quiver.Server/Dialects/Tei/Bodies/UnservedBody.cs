namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>What a route reads that no served model can do yet: only its checks are made. Its options are those that all such routes have.</summary>
internal abstract class UnservedBody : TeiBody
{
    public sealed override void Read(string member, ref TeiReader json)
    {
        switch (member)
        {
            case "truncate":
                _ = json.OptionalBoolean();
                break;
            case "truncation_direction":
                _ = json.Side();
                break;
            case "raw_scores" or "return_text":
                _ = json.Boolean();
                break;
            default:
                ReadInput(member, ref json);
                break;
        }
    }

    /// <summary>Reads the value of a member that is no option.</summary>
    protected abstract void ReadInput(string member, ref TeiReader json);
}
