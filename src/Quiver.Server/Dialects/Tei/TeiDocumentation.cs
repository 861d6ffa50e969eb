using Quiver.Diagnostics;
using Quiver.Server.Documentation;

namespace Quiver.Server.Dialects.Tei;

/// <summary>What /openapi.json and /docs say about TEI's routes.</summary>
internal static class TeiDocumentation
{
    private const string Group = "Text Embeddings Inference";

    private const string Inputs = """
        {"description":"One text or many, as strings or as the model's own token ids, special ones included.","oneOf":[
          {"type":"string","minLength":1},
          {"type":"array","minItems":1,"items":{"type":"integer","minimum":0}},
          {"type":"array","minItems":1,"items":{"oneOf":[{"type":"string","minLength":1},{"type":"array","minItems":1,"items":{"type":"integer","minimum":0}}]}}]}
        """;

    private const string Truncation = """
        "truncate":{"type":["boolean","null"],"description":"Whether a text over the model's limit is cut or refused; null leaves it to the server, which cuts."},
        "truncation_direction":{"enum":["Right","right","Left","left"],"default":"Right","description":"Which end is cut off."},
        "prompt_name":{"type":["string","null"],"description":"A prompt of the model's own, put in front of each text."}
        """;

    private const string EmbedSchema = $$$$"""
        {"type":"object","required":["inputs"],"properties":{
          "inputs":{{{{Inputs}}}},
          {{{{Truncation}}}},
          "normalize":{"type":"boolean","default":true,"description":"Whether vectors are scaled to unit length, after they were cut."},
          "dimensions":{"type":["integer","null"],"minimum":1,"description":"Keep so many leading elements."}}}
        """;

    private const string Vectors = """{"type":"array","items":{"type":"array","items":{"type":"number"}}}""";

    private static readonly RouteExample[] EmbedExamples =
    [
        new("one text", """{"inputs":"a quiver holds arrows"}""", "[[0.054878104,-0.023068607]]"),
        new("a text and ids, two dimensions", """{"inputs":["a bow",[101,1037,6812,102]],"dimensions":2}""", "[[0.92933345,0.36924165],[0.92933345,0.36924165]]"),
    ];

    private static readonly RouteError[] Refusals =
    [
        new("content type", "The body is not declared as JSON in UTF-8.", TeiErrorRenderer.Render(TeiRequest.NotDeclaredAsJson)),
        new("not JSON", "The body is not JSON.", TeiErrorRenderer.Render(new TeiError(400, "Validation", "Failed to parse the request body as JSON: not well-formed at line 1 column 2"))),
        new("not this route's", "A member is missing, or has another type.", TeiErrorRenderer.Render(new TeiError(422, "Validation", "Failed to deserialize the JSON body into the target type: missing field `inputs` at line 1 column 2"))),
        new("too many", "More inputs than one request may have.", TeiErrorRenderer.Render(new TeiError(422, "Validation", "batch size 33 > maximum allowed batch size 32"))),
        new("empty", "There is no input, or an empty one.", TeiErrorRenderer.Render(TeiError.Invalid("`inputs` cannot be empty") with { Status = 400, Type = "Empty" })),
    ];

    public static RouteDocumentation Embed { get; } = new(Group, "Embed texts, as TEI does")
    {
        Description = "The answer's x-compute-* headers count characters and tokens, and say how long each part took in milliseconds. docs/tei.md has more.",
        BodySchema = EmbedSchema,
        AnswerSchema = Vectors,
        Examples = EmbedExamples,
        Errors = [ErrorKind.InputTooLong, ErrorKind.RequestTooLarge],
        DialectErrors = Refusals,
    };

    public static RouteDocumentation EmbedAll { get; } = new(Group, "Embed each token of texts, as TEI does")
    {
        Description = "The last hidden states, neither pooled nor scaled, special tokens included. All texts together may have 16,384 tokens.",
        BodySchema = $$$$"""{"type":"object","required":["inputs"],"properties":{"inputs":{{{{Inputs}}}}, {{{{Truncation}}}} } }""",
        AnswerSchema = $$$$"""{"type":"array","items":{{{{Vectors}}}} }""",
        Examples = [new("one text", """{"inputs":"a bow"}""", "[[[0.2129344,-0.26197168]]]")],
        Errors = [ErrorKind.InputTooLong, ErrorKind.RequestTooLarge],
        DialectErrors = Refusals,
    };

    public static RouteDocumentation Similarity { get; } = new(Group, "Compare a sentence with others, as TEI does")
    {
        Description = "The cosine of each sentence's vector and the source's, in the order of the sentences.",
        BodySchema = $$$$"""
            {"type":"object","required":["inputs"],"properties":{
              "inputs":{"type":"object","required":["source_sentence","sentences"],"properties":{
                "source_sentence":{"type":"string","minLength":1},
                "sentences":{"type":"array","minItems":1,"items":{"type":"string","minLength":1}} } },
              "parameters":{"type":["object","null"],"properties":{ {{{{Truncation}}}} } } } }
            """,
        AnswerSchema = """{"type":"array","items":{"type":"number"}}""",
        Examples = [new("two sentences", """{"inputs":{"source_sentence":"a quiver holds arrows","sentences":["a bow","rain"]}}""", "[0.62372661,0.121168174]")],
        Errors = [ErrorKind.InputTooLong, ErrorKind.RequestTooLarge],
        DialectErrors = Refusals,
    };

    public static RouteDocumentation Any { get; } = new(Group, "Embed or compare texts at one address, as hosted endpoints of TEI do")
    {
        Description = "A body of /similarity is answered as there, any other as at /embed.",
        BodySchema = """{"type":"object","required":["inputs"],"properties":{"inputs":{"description":"As at /embed, or as at /similarity."}}}""",
        AnswerSchema = """{"type":"array"}""",
        Examples = [.. EmbedExamples, .. Similarity.Examples],
        Errors = [ErrorKind.InputTooLong, ErrorKind.RequestTooLarge],
        DialectErrors = Refusals,
    };

    public static RouteDocumentation Vertex { get; } = new(Group, "Embed the texts of several bodies, as TEI does for Vertex AI")
    {
        Description = "One that is wrong fails all. All together may have 2,048 inputs.",
        BodySchema = $$$$"""{"type":"object","required":["instances"],"properties":{"instances":{"type":"array","items":{{{{EmbedSchema}}}}}}}""",
        AnswerSchema = $$$$"""{"type":"object","required":["predictions"],"properties":{"predictions":{"type":"array","items":{{{{Vectors}}}}}}}""",
        Examples = [new("two instances", """{"instances":[{"inputs":"a quiver holds arrows"},{"inputs":["a bow"],"dimensions":2}]}""", """{"predictions":[[[0.054878104,-0.023068607]],[[0.92933345,0.36924165]]]}""")],
        Errors = [ErrorKind.InputTooLong, ErrorKind.RequestTooLarge],
        DialectErrors = Refusals,
    };

    public static RouteDocumentation Tokenize { get; } = new(Group, "Show the tokens of texts, as TEI does")
    {
        Description = "start and stop are bytes of the prompted text in UTF-8, null for special tokens that were put in.",
        BodySchema = """
            {"type":"object","required":["inputs"],"properties":{
              "inputs":{"oneOf":[{"type":"string","minLength":1},{"type":"array","minItems":1,"items":{"type":"string","minLength":1}}]},
              "add_special_tokens":{"type":"boolean","default":true},
              "prompt_name":{"type":["string","null"],"description":"A prompt of the model's own, put in front of each text."}}}
            """,
        AnswerSchema = """
            {"type":"array","items":{"type":"array","items":{"type":"object","required":["id","text","special","start","stop"],"properties":{
              "id":{"type":"integer"},"text":{"type":"string"},"special":{"type":"boolean"},"start":{"type":["integer","null"]},"stop":{"type":["integer","null"]}}}}}
            """,
        Examples = [new("one text", """{"inputs":"a bow"}""", """[[{"id":101,"text":"[CLS]","special":true,"start":null,"stop":null},{"id":1037,"text":"a","special":false,"start":0,"stop":1}]]""")],
        DialectErrors = Refusals,
    };

    public static RouteDocumentation Decode { get; } = new(Group, "Turn token ids into text, as TEI does")
    {
        Description = "Ids that the model does not have are left out.",
        BodySchema = """
            {"type":"object","required":["ids"],"properties":{
              "ids":{"oneOf":[{"type":"array","minItems":1,"items":{"type":"integer","minimum":0}},{"type":"array","minItems":1,"items":{"type":"array","minItems":1,"items":{"type":"integer","minimum":0}}}]},
              "skip_special_tokens":{"type":"boolean","default":true}}}
            """,
        AnswerSchema = """{"type":"array","items":{"type":"string"}}""",
        Examples = [new("one text", """{"ids":[101,1037,6812,102]}""", """["a bow"]""")],
        DialectErrors = Refusals,
    };

    public static RouteDocumentation Info { get; } = new(Group, "Name the model and the limits, as TEI does")
    {
        Description = "From `model_path` on for clients of tkr-embed.",
        AnswerSchema = """
            {"type":"object","required":["model_id","model_dtype","served_model_name","model_type","max_input_length","max_client_batch_size","auto_truncate","version"],"properties":{
              "model_id":{"type":"string"},
              "model_sha":{"type":"string","description":"SHA-256 of all that makes the model."},
              "model_dtype":{"type":"string","description":"int16 or float32."},
              "max_concurrent_requests":{"type":"integer","description":"Connections at one time."},
              "max_input_length":{"type":"integer","description":"Tokens of one input."},
              "max_batch_tokens":{"type":"integer","description":"Tokens of one request."},
              "embedding_dim":{"type":"integer"},
              "supported_modalities":{"type":"array","items":{"type":"string"}}}}
            """,
        Examples =
        [
            new("all-MiniLM-L6-v2", null, """
                {"model_id":"all-MiniLM-L6-v2","model_sha":"6b29a09b14bd1c10634417974b3b0a20c7d80c5e4ed72713b019e3a882be222d","model_dtype":"int16","served_model_name":"all-MiniLM-L6-v2","model_type":{"embedding":{"pooling":"mean"}},"max_concurrent_requests":2000,"max_input_length":256,"max_batch_tokens":300000,"max_batch_requests":null,"max_client_batch_size":32,"auto_truncate":true,"tokenization_workers":2,"version":"0.1.0","sha":null,"docker_label":null,"model_path":"all-MiniLM-L6-v2","framework":"Quiver","mlx_version":null,"quantization":"int16","embedding_dim":384,"supported_modalities":["text"],"load_time":null,"memory_usage_gb":0.213}
                """),
        ],
    };

    public static RouteDocumentation Ping { get; } = new(Group, "Tell whether to send requests, as TEI does")
    {
        AnswerType = null,
        Examples = [new("ping", null, "")],
    };
}
