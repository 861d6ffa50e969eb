using Quiver.Tokenization;

namespace Quiver.Server.Dialects.Tei.Bodies;

/// <summary>What POST /similarity reads: a sentence, and those to compare it with.</summary>
internal sealed class SimilarityBody : TeiBody
{
    private static readonly string[] MemberNames = ["inputs", "parameters"];

    private readonly SentencesBody _sentences = new();
    private readonly ParametersBody _parameters = new();

    public override string Name => "struct SimilarityRequest";

    public override ReadOnlySpan<string> Members => MemberNames;

    /// <summary>The source sentence first.</summary>
    public IEnumerable<string> Texts => [_sentences.Source, .. _sentences.Sentences];

    /// <summary>How many sentences the source is compared with.</summary>
    public int Sentences => _sentences.Sentences.Count;

    /// <summary>null leaves it to the server's settings.</summary>
    public bool? Truncate => _parameters.Truncate;

    public TruncationSide Side => _parameters.Side;

    public string? PromptName => _parameters.PromptName;

    public override void Read(string member, ref TeiReader json)
    {
        if (member == "inputs")
            json.Object(_sentences);
        else if (!json.IsNull)
            json.Object(_parameters);
    }

    private sealed class SentencesBody : TeiBody
    {
        private static readonly string[] MemberNames = ["source_sentence", "sentences"];

        public override string Name => "struct SimilarityInput";

        public override ReadOnlySpan<string> Members => MemberNames;

        public override int Required => 2;

        public string Source { get; private set; } = "";

        public List<string> Sentences { get; private set; } = [];

        public override void Read(string member, ref TeiReader json)
        {
            if (member == "source_sentence")
                Source = json.String();
            else
                Sentences = json.Strings();
        }
    }

    private sealed class ParametersBody : TeiBody
    {
        private static readonly string[] MemberNames = ["truncate", "truncation_direction", "prompt_name"];

        public override string Name => "struct SimilarityParameters";

        public override ReadOnlySpan<string> Members => MemberNames;

        public override int Required => 0;

        public bool? Truncate { get; private set; }

        public TruncationSide Side { get; private set; }

        public string? PromptName { get; private set; }

        public override void Read(string member, ref TeiReader json)
        {
            if (member == "truncate")
                Truncate = json.OptionalBoolean();
            else if (member == "truncation_direction")
                Side = json.Side();
            else
                PromptName = json.OptionalString();
        }
    }
}
