using Quiver.Server.Documentation;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>What /openapi.json and /docs say about tkr-embed's routes for administrators.</summary>
internal static class AdminDocumentation
{
    private const string Group = "TkrEmbed";

    private const string Key = """
        {"type":"object","required":["name","permissions","created_at","last_used_at","expires_at","usage_count","is_valid","key_prefix"],"properties":{
          "name":{"type":"string"},
          "permissions":{"type":"array","items":{"type":"string"}},
          "created_at":{"type":"string"},
          "last_used_at":{"type":["string","null"]},
          "expires_at":{"type":["string","null"]},
          "usage_count":{"type":"integer"},
          "is_valid":{"type":"boolean"},
          "key_prefix":{"type":"string"}}}
        """;

    public static RouteDocumentation CreateKey { get; } = new(Group, "Make a key, as an administrator")
    {
        Description = "The key is shown this once. It is the maker's, and can do no more than its maker.",
        BodySchema = """
            {"type":"object","required":["name"],"properties":{
              "name":{"type":"string","minLength":1,"maxLength":200},
              "permissions":{"type":"array","minItems":1,"items":{"type":"string"},"description":"embed:text, embed:image and embed:multimodal unless told otherwise."},
              "expires_in_days":{"type":["integer","null"],"minimum":1,"maximum":36500}}}
            """,
        AnswerSchema = """
            {"type":"object","required":["api_key","name","permissions","expires_at","message"],"properties":{
              "api_key":{"type":"string"},
              "name":{"type":"string"},
              "permissions":{"type":"array","items":{"type":"string"}},
              "expires_at":{"type":["string","null"]},
              "message":{"type":"string"}}}
            """,
        Examples =
        [
            new(
                "a key for a month",
                """{"name":"client-app","permissions":["embed:text","embed:image"],"expires_in_days":30}""",
                """{"api_key":"emb_4mM0kQxT1rYv8bNc2LsZp6WdGh3JfU05aXeR","name":"client-app","permissions":["embed:text","embed:image"],"expires_at":"2026-12-21T10:00:00.000000","message":"API key 'client-app' created successfully"}"""),
        ],
    };

    public static RouteDocumentation ListKeys { get; } = new(Group, "List the keys of all users, as an administrator")
    {
        AnswerSchema = $$$$"""{"type":"array","items":{{{{Key}}}}}""",
        Examples =
        [
            new("keys", null, """[{"name":"client-app","permissions":["embed:text"],"created_at":"2026-11-21T10:00:00.000000","last_used_at":null,"expires_at":null,"usage_count":0,"is_valid":true,"key_prefix":"emb_4mM0kQxT..."}]"""),
        ],
    };

    public static RouteDocumentation RevokeKey { get; } = new(Group, "End a key, as an administrator")
    {
        Description = "Every process refuses the key within a second.",
        BodySchema = """{"type":"object","required":["api_key"],"properties":{"api_key":{"type":"string"}}}""",
        AnswerSchema = """{"type":"object","required":["message"],"properties":{"message":{"type":"string"}}}""",
        Examples = [new("revoked", """{"api_key":"emb_4mM0kQxT1rYv8bNc2LsZp6WdGh3JfU05aXeR"}""", """{"message":"API key revoked successfully"}""")],
        DialectErrors = [new("no such key", "It is none, or revoked already.", TkrEmbedErrorRenderer.Render(TkrEmbedError.Http(404, "API key not found")))],
    };

    public static RouteDocumentation Stats { get; } = new(Group, "Tell how the server does, as an administrator")
    {
        AnswerSchema = """
            {"type":"object","required":["server_status","uptime_seconds","model_loaded","cache_stats","rate_limiter_stats","configuration"],"properties":{
              "server_status":{"type":"string"},"uptime_seconds":{"type":"number"},"model_loaded":{"type":"boolean"},
              "cache_stats":{"type":"object"},"rate_limiter_stats":{"type":"object"},"configuration":{"type":"object"}}}
            """,
        Examples =
        [
            new("stats", null, """
                {"server_status":"running","uptime_seconds":12.345,"model_loaded":true,"cache_stats":{"size":3,"size_bytes":21504,"max_size_bytes":268435456,"ttl":null},"rate_limiter_stats":{"enabled":false},"configuration":{"model":"all-MiniLM-L6-v2","cache_enabled":true,"authentication_required":false}}
                """),
        ],
    };

    public static RouteDocumentation Configuration { get; } = new(Group, "Show the settings in force, as an administrator")
    {
        Description = "Secrets as ***. `quiver config show` tells where each one comes from.",
        AnswerSchema = """{"type":"object","required":["configuration","config_sources"],"properties":{"configuration":{"type":"object","additionalProperties":{"type":"string"}},"config_sources":{"type":"array"}}}""",
        Examples = [new("configuration", null, """{"configuration":{"server.host":"localhost","server.port":"8000"},"config_sources":[]}""")],
    };
}
