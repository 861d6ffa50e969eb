using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>What POST /similarity reads: two lists of vectors, all of one width.</summary>
internal sealed class VectorsBody : FastApiBody
{
    /// <summary>Numbers of one answer: each vector is compared with each.</summary>
    public const int MaxPairs = 250_000;

    private readonly Field<float[][]> _queries = new("query_embeddings", required: true, []);
    private readonly Field<float[][]> _candidates = new("candidate_embeddings", required: true, []);
    private readonly Field<string> _metric = new("metric", required: false, "cosine");

    public float[][] Queries => _queries.Value;

    public float[][] Candidates => _candidates.Value;

    /// <summary>"cosine" or "euclidean".</summary>
    public string Metric => _metric.Value;

    public override IEnumerable<FieldError?> FieldErrors => [_queries.Error, _candidates.Error, _metric.Error];

    public override FieldError? RuleError
    {
        get
        {
            if (Queries[0].Length != Candidates[0].Length)
                return FieldError.Rule($"query_embeddings have {Queries[0].Length} dimensions, candidate_embeddings have {Candidates[0].Length}");
            return (long)Queries.Length * Candidates.Length > MaxPairs ? FieldError.Rule($"at most {MaxPairs} pairs are compared at a time") : null;
        }
    }

    public override void Read(string member, ref FieldReader json)
    {
        switch (member)
        {
            case "query_embeddings":
                json.Vectors(_queries);
                break;
            case "candidate_embeddings":
                json.Vectors(_candidates);
                break;
            case "metric":
                json.String(_metric);
                if (_metric.HasValue && Metric is not ("cosine" or "euclidean"))
                    _metric.Fail("literal_error", "Input should be 'cosine' or 'euclidean'");
                break;
        }
    }
}
