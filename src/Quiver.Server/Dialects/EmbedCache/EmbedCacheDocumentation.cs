using Quiver.Diagnostics;
using Quiver.Server.Documentation;
using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>What /openapi.json and /docs say about EmbedCache's routes.</summary>
internal static class EmbedCacheDocumentation
{
    private const string Group = "EmbedCache";

    private const string Text = """{"type":"string","minLength":1,"maxLength":10000}""";

    private const string Vector = """{"type":"array","items":{"type":"number"}}""";

    private const string Model = """{"type":"string","description":"A served name or alias; without it the first model served."}""";

    private const string Public = """{"type":"boolean","default":false,"description":"Whether the vector may be taken from the line of the cache that all tenants share, and go there."}""";

    public static RouteDocumentation Embed { get; } = new(Group, "Embed one text, as the Vector Embed Cache Server does")
    {
        Description = "EmbedCache's by a key vec_…, by the members `public` or `model`, or under --compat embed-cache. A text over the model's limit is cut.",
        BodySchema = $$$"""{"type":"object","required":["text"],"properties":{"text":{{{Text}}},"model":{{{Model}}},"public":{{{Public}}}}}""",
        AnswerSchema = $$$$"""
            {"type":"object","required":["embedding","vector","cached","dimensions"],"properties":{
              "embedding":{{{{Vector}}}},
              "vector":{"type":"array","items":{"type":"number"},"description":"The same again, under the name that the service's Go and Python clients read."},
              "cached":{"type":"boolean"},
              "dimensions":{"type":"integer"},
              "model":{"type":"string"},
              "tokens":{"type":"integer","description":"Special tokens included."},
              "latency_ms":{"type":"number"}}}
            """,
        Examples =
        [
            new(
                "a text for EmbedCache",
                """{"text":"Hello world","model":"all-MiniLM-L6-v2","public":false}""",
                """{"embedding":[-0.034477286,0.031023169],"vector":[-0.034477286,0.031023169],"cached":false,"dimensions":384,"model":"all-MiniLM-L6-v2","tokens":4,"latency_ms":1.234}"""),
        ],
        Errors = [ErrorKind.ModelNotFound],
        DialectErrors = [new("not as the route reads it", "A member is missing or has a value that cannot be; all are told, and nothing that was sent.", EmbedCacheErrorRenderer.Render(EmbedCacheError.Invalid(FieldError.Missing("text"))))],
    };

    public static RouteDocumentation Batch { get; } = new(Group, "Embed up to 100 texts, as the Vector Embed Cache Server does")
    {
        Description = "All or none. To the service's Go and Python clients the answer is a list of objects, as they read it.",
        BodySchema = $$$$"""{"type":"object","required":["texts"],"properties":{"texts":{"type":"array","minItems":1,"maxItems":100,"items":{{{{Text}}}}},"model":{{{{Model}}}},"public":{{{{Public}}}}}}""",
        AnswerSchema = $$$$"""
            {"type":"object","required":["embeddings","cached","dimensions"],"properties":{
              "embeddings":{"type":"array","items":{{{{Vector}}}}},
              "cached":{"type":"array","items":{"type":"boolean"}},
              "dimensions":{"type":"integer"}}}
            """,
        Examples = [new("three texts", """{"texts":["Hello","World","Foo"],"model":"all-MiniLM-L6-v2","public":false}""", """{"embeddings":[[-0.06277175,0.054958835],[-0.0307,0.0286],[-0.0312,0.0511]],"cached":[false,false,false],"dimensions":384}""")],
        Errors = [ErrorKind.ModelNotFound],
        DialectErrors = [new("a text is empty", "The first text that is empty or too long is named.", EmbedCacheErrorRenderer.Render(EmbedCacheError.Invalid(FieldError.Rule("texts[1] must be at least 1 character"))))],
    };

    public static RouteDocumentation Search { get; } = new(Group, "Search one's own cached vectors, as the Vector Embed Cache Server promised")
    {
        Description = "Exactly, over what is cached of the caller's. `text` is null unless texts are kept. `text` may stand for `query_text`.",
        BodySchema = $$$$"""
            {"type":"object","properties":{
              "query_text":{"type":["string","null"]},
              "query_vector":{"oneOf":[{"type":"null"},{{{{Vector}}}}]},
              "model":{{{{Model}}}},
              "top_k":{"type":"integer","minimum":1,"maximum":100,"default":10},
              "min_score":{"type":"number","minimum":0,"maximum":1,"default":0},
              "include_vectors":{"type":"boolean","default":false},
              "include_text":{"type":"boolean","default":true}}}
            """,
        AnswerSchema = """
            {"type":"object","required":["results","total","search_time_ms","model","dimensions"],"properties":{
              "results":{"type":"array","items":{"type":"object","required":["text_hash","score","text","vector","model","hit_count"],"properties":{
                "text_hash":{"type":"string"},
                "score":{"type":"number","description":"0 is opposite, 1 the same direction."},
                "text":{"type":["string","null"]},
                "vector":{"type":["array","null"]},
                "model":{"type":"string"},
                "hit_count":{"type":"integer"}}}},
              "total":{"type":"integer"},
              "search_time_ms":{"type":"number"},
              "model":{"type":"string"},
              "dimensions":{"type":"integer"}}}
            """,
        Examples = [new("by a text", """{"query_text":"hello","model":"all-MiniLM-L6-v2","top_k":3}""", """{"results":[],"total":0,"search_time_ms":0.123,"model":"all-MiniLM-L6-v2","dimensions":384}""")],
        Errors = [ErrorKind.ModelNotFound],
        DialectErrors = [new("text and vector", "One of them is looked for.", EmbedCacheErrorRenderer.Render(EmbedCacheError.Invalid(FieldError.Rule("query_text and query_vector are mutually exclusive"))))],
    };

    public static RouteDocumentation Stats { get; } = new(Group, "Tell the caller's cache hits and misses of today, in UTC")
    {
        AnswerSchema = """
            {"type":"object","required":["cache_hits","cache_misses","total_cached"],"properties":{
              "cache_hits":{"type":"integer"},
              "cache_misses":{"type":"integer"},
              "total_cached":{"type":"integer","description":"Vectors of the caller's that are cached now."}}}
            """,
        Examples = [new("stats", null, """{"cache_hits":150,"cache_misses":50,"total_cached":200}""")],
    };

    public static RouteDocumentation Health { get; } = new(Group, "Tell that the server answers, as the Vector Embed Cache Server does")
    {
        AnswerSchema = """{"type":"object","required":["status","version"],"properties":{"status":{"const":"ok"},"version":{"type":"string"}}}""",
        Examples = [new("health", null, """{"status":"ok","version":"0.1.0"}""")],
    };
}
