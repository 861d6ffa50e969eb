using Quiver.Diagnostics;
using Quiver.Server.Documentation;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>What /openapi.json and /docs say about callers' own providers.</summary>
internal static class ProviderDocumentation
{
    private const string Group = "EmbedCache";

    private const string Template =
        """{"type":"object","description":"The body of a call. {{text}} or $TEXT, anywhere inside a string, stand for the text; a string that is {{texts}} becomes the list of all texts of a call."}""";

    private const string Path = """{"type":"string","maxLength":256,"description":"Where the vector stands in the answer: RFC 9535 with names, indexes and wildcards."}""";

    public static RouteDocumentation Save { get; } = new(Group, "Bring your own key: save the caller's provider")
    {
        Description = "One per account: another one takes its place. With ?verify=true it must answer with a vector first. Calls go to listed hosts over https only.",
        BodySchema = $$$$"""
            {"type":"object","required":["name","endpoint","api_key","request_template","response_path"],"properties":{
              "name":{"type":"string","maxLength":100},
              "endpoint":{"type":"string","maxLength":2048},
              "api_key":{"type":"string","maxLength":1024,"description":"Sent as Authorization: Bearer. Encrypted at rest and never shown again."},
              "request_template":{{{{Template}}}},
              "response_path":{{{{Path}}}},
              "batch_size":{"type":"integer","minimum":1,"maximum":128,"description":"The most texts of one call, where the template takes a list."}}}
            """,
        AnswerSchema = """{"type":"object","required":["provider_id"],"properties":{"provider_id":{"type":"string"},"dimensions":{"type":"integer","description":"Of the vector that ?verify=true has shown."}}}""",
        Examples =
        [
            new(
                "OpenAI",
                """{"name":"openai","endpoint":"https://api.openai.com/v1/embeddings","api_key":"sk-your-openai-key","request_template":{"model":"text-embedding-3-small","input":"{{text}}"},"response_path":"$.data[0].embedding"}""",
                """{"provider_id":"prov_3f2a90b1c4d5e6f708192a3b"}"""),
        ],
        Errors = [ErrorKind.InvalidInput, ErrorKind.Forbidden, ErrorKind.ProviderFailed],
    };

    public static RouteDocumentation Show { get; } = new(Group, "Show the caller's provider, without its key")
    {
        AnswerSchema = $$$$"""
            {"type":"object","required":["provider_id","name","endpoint","request_template","response_path","batch_size","dimensions","created_at","updated_at"],"properties":{
              "provider_id":{"type":"string"},"name":{"type":"string"},"endpoint":{"type":"string"},
              "request_template":{{{{Template}}}},
              "response_path":{{{{Path}}}},
              "batch_size":{"type":"integer","description":"The most texts of one call."},
              "dimensions":{"type":["integer","null"],"description":"null until it has answered once."},
              "created_at":{"type":"string"},"updated_at":{"type":"string"}}}
            """,
        Examples =
        [
            new(
                "OpenAI",
                null,
                """{"provider_id":"prov_3f2a90b1c4d5e6f708192a3b","name":"openai","endpoint":"https://api.openai.com/v1/embeddings","request_template":{"model":"text-embedding-3-small","input":"{{text}}"},"response_path":"$.data[0].embedding","batch_size":1,"dimensions":1536,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}"""),
        ],
        Errors = [ErrorKind.Forbidden, ErrorKind.NotFound],
    };

    public static RouteDocumentation Delete { get; } = new(Group, "Forget the caller's provider and its key")
    {
        AnswerSchema = """{"type":"object","required":["deleted"],"properties":{"deleted":{"const":true}}}""",
        Examples = [new("deleted", null, """{"deleted":true}""")],
        Errors = [ErrorKind.Forbidden, ErrorKind.NotFound],
    };
}
