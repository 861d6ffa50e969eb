namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>What POST / and /invocations read: what /similarity does where the inputs are an object, else what /embed does.</summary>
internal sealed class AnyBody : TeiBody
{
    private static readonly string[] MemberNames = [.. EmbedBody.Vectors().Members, "parameters"];

    private readonly SimilarityBody _similarity = new();
    private bool _isSimilarity;

    public override string Name => Embed.Name;

    public override ReadOnlySpan<string> Members => MemberNames;

    public EmbedBody Embed { get; } = EmbedBody.Vectors();

    /// <summary>null where texts are to be embedded.</summary>
    public SimilarityBody? Similarity => _isSimilarity ? _similarity : null;

    public override void Read(string member, ref TeiReader json)
    {
        var ofSimilarity = member == "parameters" || (member == "inputs" && json.IsObject);
        _isSimilarity |= ofSimilarity && member == "inputs";
        (ofSimilarity ? (TeiBody)_similarity : Embed).Read(member, ref json);
    }
}
