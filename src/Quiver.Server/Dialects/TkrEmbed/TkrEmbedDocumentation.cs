using Quiver.Diagnostics;
using Quiver.Server.Documentation;
using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>What /openapi.json and /docs say about tkr-embed's routes.</summary>
internal static class TkrEmbedDocumentation
{
    private const string Group = "TkrEmbed";

    private const string Vectors = """{"type":"array","minItems":1,"items":{"type":"array","minItems":1,"items":{"type":"number"}}}""";

    private static readonly RouteError Invalid = new(
        "not as tkr-embed reads it", "A member is missing or has a value that cannot be; all are told, and nothing that was sent.", TkrEmbedErrorRenderer.Render(TkrEmbedError.Invalid([FieldError.Missing("texts")])));

    public static RouteDocumentation Text { get; } = new(Group, "Embed up to 100 texts, as tkr-embed does")
    {
        Description = "The model is the first one served. A text over its limit is cut.",
        BodySchema = """
            {"type":"object","required":["texts"],"properties":{
              "texts":{"type":"array","minItems":1,"maxItems":100,"items":{"type":"string"}},
              "normalize":{"type":"boolean","default":true,"description":"Whether vectors are scaled to unit length."}}}
            """,
        AnswerSchema = $$$$"""
            {"type":"object","required":["embeddings","shape","model","processing_time"],"properties":{
              "embeddings":{{{{Vectors}}}},
              "shape":{"type":"array","items":{"type":"integer"},"description":"Texts, dimensions."},
              "model":{"type":"string"},
              "processing_time":{"type":"number","description":"Seconds."}}}
            """,
        Examples = [new("one text", """{"texts":["Hello world"],"normalize":true}""", """{"embeddings":[[-0.034477286,0.031023169]],"shape":[1,384],"model":"all-MiniLM-L6-v2","processing_time":0.001234}""")],
        Errors = [ErrorKind.RequestTooLarge],
        DialectErrors = [Invalid],
    };

    public static RouteDocumentation Similarity { get; } = new(Group, "Compare vectors with vectors, as tkr-embed does")
    {
        Description = "tkr-embed's by the members `query_embeddings` and `candidate_embeddings`. \"cosine\" is the product, which is the cosine of vectors of unit length; \"euclidean\" is 1 / (1 + distance).",
        BodySchema = $$$$"""
            {"type":"object","required":["query_embeddings","candidate_embeddings"],"properties":{
              "query_embeddings":{{{{Vectors}}}},
              "candidate_embeddings":{{{{Vectors}}}},
              "metric":{"enum":["cosine","euclidean"],"default":"cosine"}}}
            """,
        AnswerSchema = $$$$"""
            {"type":"object","required":["similarities","shape","metric","processing_time"],"properties":{
              "similarities":{{{{Vectors}}}},
              "shape":{"type":"array","items":{"type":"integer"},"description":"Queries, candidates."},
              "metric":{"type":"string"},
              "processing_time":{"type":"number","description":"Seconds."}}}
            """,
        Examples =
        [
            new("two vectors", """{"query_embeddings":[[1,0]],"candidate_embeddings":[[1,0],[0,1]],"metric":"cosine"}""", """{"similarities":[[1,0]],"shape":[1,2],"metric":"cosine","processing_time":0.000012}"""),
        ],
        DialectErrors = [Invalid],
    };
}
