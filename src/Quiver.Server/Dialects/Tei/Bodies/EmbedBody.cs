using Quiver.Embedding;
using Quiver.Tokenization;

namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>What POST /embed, /embed_all and /embed_sparse read.</summary>
/// <param name="name">TEI's word for it.</param>
/// <param name="members">The first so many of the members are read.</param>
internal sealed class EmbedBody(string name, int members) : TeiBody
{
    private static readonly string[] AllMembers = ["inputs", "truncate", "truncation_direction", "prompt_name", "normalize", "dimensions"];

    public override string Name => name;

    public override ReadOnlySpan<string> Members => AllMembers.AsSpan(0, members);

    public List<EmbeddingInput> Inputs { get; private set; } = [];

    /// <summary>null leaves it to the server's settings.</summary>
    public bool? Truncate { get; private set; }

    public TruncationSide Side { get; private set; }

    public string? PromptName { get; private set; }

    public bool Normalize { get; private set; } = true;

    public int? Dimensions { get; private set; }

    public static EmbedBody Vectors() => new("struct EmbedRequest", AllMembers.Length);

    public static EmbedBody Tokens() => new("struct EmbedAllRequest", 4);

    public static EmbedBody Sparse() => new("struct EmbedSparseRequest", 4);

    public override void Read(string member, ref TeiReader json)
    {
        switch (member)
        {
            case "inputs":
                Inputs = json.Inputs();
                break;
            case "truncate":
                Truncate = json.OptionalBoolean();
                break;
            case "truncation_direction":
                Side = json.Side();
                break;
            case "prompt_name":
                PromptName = json.OptionalString();
                break;
            case "normalize":
                Normalize = json.Boolean();
                break;
            case "dimensions":
                Dimensions = json.OptionalCount();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(member));
        }
    }
}
