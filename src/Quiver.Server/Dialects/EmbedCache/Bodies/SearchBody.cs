using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.EmbedCache.Bodies;

/// <summary>What POST /v1/search reads: a text or a vector to look for. Its Go and Python clients write "text", and no model.</summary>
internal sealed class SearchBody : FastApiBody
{
    public const int MaxResults = 100;

    private readonly Field<string?> _text = new("query_text", required: false, null);
    private readonly Field<float[]?> _vector = new("query_vector", required: false, null);
    private readonly Field<string> _model = new("model", required: false, "");
    private readonly Field<int> _count = new("top_k", required: false, 10);
    private readonly Field<double> _minScore = new("min_score", required: false, 0);
    private readonly Field<bool> _withVectors = new("include_vectors", required: false, false);
    private readonly Field<bool> _withText = new("include_text", required: false, true);

    public string? Text => _text.Value;

    public float[]? Vector => _vector.Value;

    /// <inheritdoc cref="EmbedBody.Model"/>
    public string Model => _model.Value;

    public int Count => _count.Value;

    /// <summary>0 to 1, where 0 is opposite and 1 is the same direction.</summary>
    public double MinScore => _minScore.Value;

    public bool WithVectors => _withVectors.Value;

    public bool WithText => _withText.Value;

    public override IEnumerable<FieldError?> FieldErrors =>
        [_text.Error, _vector.Error, _model.Error, _count.Error, _minScore.Error, _withVectors.Error, _withText.Error];

    public override FieldError? RuleError => (Text, Vector) switch
    {
        (not null, not null) => FieldError.Rule("query_text and query_vector are mutually exclusive"),
        ("", null) => FieldError.Rule("query_text must be at least 1 character"),
        (null, null) => FieldError.Rule("Either query_text or query_vector is required"),
        _ => null,
    };

    public override void Read(string member, ref FieldReader json)
    {
        switch (member)
        {
            case "query_text" or "text":
                json.OptionalString(_text);
                break;
            case "query_vector":
                json.OptionalNumbers(_vector);
                break;
            case "model":
                json.String(_model);
                break;
            case "top_k":
                json.Integer(_count, 1, MaxResults);
                break;
            case "min_score":
                json.Number(_minScore, 0, 1);
                break;
            case "include_vectors":
                json.Boolean(_withVectors);
                break;
            case "include_text":
                json.Boolean(_withText);
                break;
        }
    }
}
