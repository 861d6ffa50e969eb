using Quiver.Diagnostics;
using Quiver.Server.Documentation;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>What /openapi.json and /docs say about OpenAI's routes.</summary>
internal static class OpenAiDocumentation
{
    private const string Group = "OpenAI";

    private const string Model = """{"id":"all-MiniLM-L6-v2","object":"model","created":1795000000,"owned_by":"quiver"}""";

    private const string ModelSchema = """
        {"type":"object","required":["id","object","created","owned_by"],"properties":{
          "id":{"type":"string","description":"The name to ask for."},
          "object":{"const":"model"},
          "created":{"type":"integer","description":"When this server started, in Unix seconds."},
          "owned_by":{"const":"quiver"}}}
        """;

    public static RouteDocumentation Embeddings { get; } = new(Group, "Embed texts, as OpenAI does")
    {
        Description = "Vectors have unit length. Members that are not listed are ignored, and null counts as absent. docs/openai.md has more.",
        BodySchema = """
            {"type":"object","required":["model","input"],"properties":{
              "model":{"type":"string","description":"A served name or alias."},
              "input":{"description":"One text or many, none of them empty, as strings or as the model's own token ids.","oneOf":[
                {"type":"string","minLength":1},
                {"type":"array","minItems":1,"maxItems":2048,"items":{"type":"string"}},
                {"type":"array","minItems":1,"items":{"type":"integer"}},
                {"type":"array","minItems":1,"maxItems":2048,"items":{"type":"array","minItems":1,"items":{"type":"integer"}}}]},
              "encoding_format":{"enum":["float","base64",null],"default":"float","description":"base64 holds little-endian float32."},
              "dimensions":{"type":["integer","null"],"minimum":1,"description":"Keep so many leading elements, scaled to unit length again."},
              "output_dtype":{"enum":["float","int8","uint8","binary","ubinary",null],"default":"float","description":"What the elements are: floats, bytes, or one bit each, eight to a byte; base64 then holds these bytes. Not OpenAI's."},
              "truncate":{"type":["boolean","null"],"description":"Whether a text over the model's limit is cut or refused. Not OpenAI's."},
              "long_input":{"enum":["error","truncate","mean",null],"description":"What becomes of a text over the model's limit, instead of truncate; mean embeds it in windows, and gives their mean weighted by length. Not OpenAI's."},
              "error_policy":{"enum":["per_request","per_item",null],"default":"per_request","description":"per_item: an input that cannot be embedded gets an error in its place, and the others their vectors. Not OpenAI's."},
              "input_type":{"type":["string","null"],"description":"What the texts are for (query, document, or a prompt's name): the model's prompt for that is put in front, if it has one. Not OpenAI's."},
              "prompt_name":{"type":["string","null"],"description":"The name of a prompt that the model has. Not OpenAI's."}}}
            """,
        AnswerSchema = """
            {"type":"object","required":["object","data","model","usage"],"properties":{
              "object":{"const":"list"},
              "data":{"type":"array","items":{"type":"object","required":["object","index"],"properties":{
                "object":{"const":"embedding"},
                "index":{"type":"integer"},
                "embedding":{"oneOf":[{"type":"array","items":{"type":"number"}},{"type":"string","contentEncoding":"base64"}]},
                "truncated":{"const":true,"description":"Only where the text was cut, as the next two."},
                "tokens":{"type":"integer","description":"Tokens that were embedded."},
                "original_tokens":{"type":"integer","description":"Tokens before the cut."},
                "error":{"type":"object","description":"In place of embedding, with error_policy per_item."}}}},
              "model":{"type":"string","description":"As asked for."},
              "usage":{"type":"object","required":["prompt_tokens","total_tokens"],"properties":{
                "prompt_tokens":{"type":"integer"},"total_tokens":{"type":"integer"}}},
              "failed":{"type":"integer","description":"Inputs without a vector; only with error_policy per_item."}}}
            """,
        Examples =
        [
            new(
                "one text",
                """{"model":"all-MiniLM-L6-v2","input":"a quiver holds arrows"}""",
                """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.054878104,-0.023068607]}],"model":"all-MiniLM-L6-v2","usage":{"prompt_tokens":6,"total_tokens":6}}"""),
            new(
                "two texts, two dimensions, base64",
                """{"model":"all-MiniLM-L6-v2","input":["a quiver holds arrows","a bow"],"dimensions":2,"encoding_format":"base64"}""",
                """{"object":"list","data":[{"object":"embedding","index":0,"embedding":"PP9rP2Zoxr4="},{"object":"embedding","index":1,"embedding":"zOhtPz4NvT4="}],"model":"all-MiniLM-L6-v2","usage":{"prompt_tokens":10,"total_tokens":10}}"""),
            new(
                "an error of one input",
                """{"model":"all-MiniLM-L6-v2","input":["","a quiver holds arrows"],"error_policy":"per_item","encoding_format":"float"}""",
                """{"object":"list","data":[{"object":"embedding","index":0,"error":{"message":"'$.input' is invalid: input 0 is an empty string. Please check the API reference: https://platform.openai.com/docs/api-reference.","type":"invalid_request_error","param":null,"code":null}},{"object":"embedding","index":1,"embedding":[0.054878104,-0.023068607]}],"model":"all-MiniLM-L6-v2","usage":{"prompt_tokens":6,"total_tokens":6},"failed":1}"""),
        ],
        Errors = [ErrorKind.InputTooLong, ErrorKind.RequestTooLarge, ErrorKind.ModelNotFound],
        DialectErrors =
        [
            new("not JSON", "The body is not JSON, or not a request of this route.", OpenAiErrorRenderer.Render(new OpenAiError(400, "We could not parse the JSON body of your request: see line 1, byte 2."))),
            new("content type", "The body is not declared as JSON in UTF-8, or is compressed.", OpenAiErrorRenderer.Render(OpenAiRoutes.NotDeclaredAsJson)),
        ],
    };

    public static RouteDocumentation Models { get; } = new(Group, "List the served models")
    {
        Description = "Every name under which a model may be asked for, aliases included.",
        AnswerSchema = $$$$"""
            {"type":"object","required":["object","data"],"properties":{"object":{"const":"list"},"data":{"type":"array","items":{{{{ModelSchema}}}}}}}
            """,
        Examples = [new("models", null, $$"""{"object":"list","data":[{{Model}}]}""")],
    };

    public static RouteDocumentation OneModel { get; } = new(Group, "Look up a served model")
    {
        Parameters = [new("id", "path", "A served name; it may hold slashes, escaped or not.", "all-MiniLM-L6-v2")],
        AnswerSchema = ModelSchema,
        Examples = [new("a model", null, Model)],
        Errors = [ErrorKind.ModelNotFound],
    };
}
