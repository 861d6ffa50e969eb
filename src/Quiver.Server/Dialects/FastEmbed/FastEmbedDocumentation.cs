using Quiver.Diagnostics;
using Quiver.Server.Documentation;

namespace Quiver.Server.Dialects.FastEmbed;

/// <summary>What /openapi.json and /docs say about FastEmbed's route.</summary>
internal static class FastEmbedDocumentation
{
    public static RouteDocumentation Embed { get; } = new("FastEmbed", "Embed one text, as the FastEmbed Query API does")
    {
        Description = "The model is the first one served. A text is never cut.",
        BodySchema = """
            {"type":"object","required":["text"],"properties":{
              "text":{"type":"string","minLength":1,"maxLength":2000,"description":"Not only blanks; at most 128 tokens, special tokens included, unless the server says otherwise."},
              "normalize":{"type":"boolean","default":true,"description":"Whether the vector is scaled to unit length."}}}
            """,
        AnswerSchema = """
            {"type":"object","required":["embedding","model","tokens","cached","dimensions","latency_ms"],"properties":{
              "embedding":{"type":"array","items":{"type":"number"}},
              "model":{"type":"string"},
              "tokens":{"type":"integer","description":"Of the text, without special tokens."},
              "cached":{"type":"boolean","description":"Whether the vector was at hand rather than computed."},
              "dimensions":{"type":"integer","description":"Numbers in the vector."},
              "latency_ms":{"type":"number","description":"From the request's last byte to its vector."}}}
            """,
        Examples =
        [
            new(
                "a query",
                """{"text":"how to reset password"}""",
                """{"embedding":[-0.017880779,-0.018863706],"model":"all-MiniLM-L6-v2","tokens":4,"cached":false,"dimensions":384,"latency_ms":1.234}"""),
            new(
                "as the model gives it",
                """{"text":"how to reset password","normalize":false}""",
                """{"embedding":[-0.135923,-0.14339484],"model":"all-MiniLM-L6-v2","tokens":4,"cached":true,"dimensions":384,"latency_ms":0.031}"""),
        ],
        Errors = [ErrorKind.InputTooLong],
        DialectErrors =
        [
            new("empty", "The text is empty or blank, or has more than 2,000 characters.", FastEmbedErrorRenderer.Render(FastEmbedError.InvalidRequest(400, "Text cannot be empty or only whitespace"))),
            new("content type", "The body is not declared as JSON, or is compressed.", FastEmbedErrorRenderer.Render(FastEmbedRoutes.NotDeclaredAsJson)),
            new("wrong shape", "The body is JSON of another shape.", FastEmbedErrorRenderer.Render(FastEmbedError.InvalidRequest(422, "Failed to deserialize the JSON body into the target type: missing field `text`"))),
        ],
    };
}
