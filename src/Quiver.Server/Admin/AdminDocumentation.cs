using Quiver.Diagnostics;
using Quiver.Server.Documentation;

namespace Quiver.Server.Admin;

/// <summary>What /openapi.json and /docs say about the admin API.</summary>
internal static class AdminDocumentation
{
    private const string Group = "Administration";

    private const string UserMembers = """
        "id":{"type":"string"},"email":{"type":["string","null"]},"plan":{"type":"string"},"admin":{"type":"boolean"},"disabled":{"type":"boolean"},"created_at":{"type":"string"}
        """;

    private const string KeyMembers = """
        "id":{"type":"string"},"user_id":{"type":"string"},"name":{"type":"string"},"prefix":{"type":"string"},"permissions":{"type":"array","items":{"type":"string"}},
        "created_at":{"type":"string"},"expires_at":{"type":["string","null"]},"revoked_at":{"type":["string","null"]},"last_used_at":{"type":["string","null"]},"usage_count":{"type":"integer"}
        """;

    private const string OnceMembers = """
        "api_key":{"type":"string","description":"The key: shown this once."},"api_key_prefix":{"type":"string","description":"What it is revoked by."}
        """;

    private const string ExampleUser = """
        "id":"usr_0123456789abcdef01234567","email":"ada@example.com","plan":"embedcache-paid","admin":false,"disabled":false,"created_at":"2026-01-01T00:00:00+00:00"
        """;

    private const string ExampleKey = """
        "id":"key_0199a0b0c0d0","user_id":"usr_0123456789abcdef01234567","name":"laptop","prefix":"vec_0A1b2C3d","permissions":["embed:text"],
        "created_at":"2026-01-01T00:00:00+00:00","expires_at":null,"revoked_at":null,"last_used_at":null,"usage_count":0
        """;

    private const string ExampleOnce = """
        "api_key":"vec_0A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r","api_key_prefix":"vec_0A1b2C3d"
        """;

    private static readonly RouteParameter User = new("user", "path", "The user's id or email address.", "ada@example.com");
    private static readonly RouteParameter Limit = new("limit", "query", "At most so many, 1 to 1000; 100 by default.", "100");

    public static RouteDocumentation ListUsers { get; } = new(Group, "List users")
    {
        Parameters = [Limit, new("after", "query", "The id of the last user of the page before.", "usr_operator")],
        AnswerSchema = ListSchema("users", UserMembers),
        Examples = [new("users", null, $"{{\"users\":[{Object(ExampleUser)}]}}")],
    };

    public static RouteDocumentation CreateUser { get; } = new(Group, "Make a user and his first key")
    {
        Description = "Without a password the user has keys and no log-in.",
        BodySchema = """
            {"type":"object","required":["email"],"properties":{
              "email":{"type":"string"},
              "password":{"type":"string","minLength":8,"maxLength":1024},
              "plan":{"type":"string","default":"unlimited"},
              "admin":{"type":"boolean","default":false},
              "key_prefix":{"enum":["vec_","fe_","emb_"],"default":"vec_"}}}
            """,
        AnswerSchema = ObjectSchema(UserMembers, OnceMembers),
        Examples = [new("a user", """{"email":"ada@example.com","plan":"embedcache-paid"}""", Object(ExampleUser, ExampleOnce))],
        Errors = [ErrorKind.Conflict],
    };

    public static RouteDocumentation GetUser { get; } = new(Group, "Tell of a user")
    {
        Parameters = [User],
        AnswerSchema = ObjectSchema(UserMembers),
        Examples = [new("a user", null, Object(ExampleUser))],
        Errors = [ErrorKind.NotFound],
    };

    public static RouteDocumentation ChangeUser { get; } = new(Group, "Change a user")
    {
        Description = "What is left out stays. A new password and disabling end the user's sessions; disabling stops his keys until he is enabled.",
        Parameters = [User],
        BodySchema = """{"type":"object","properties":{"plan":{"type":"string"},"disabled":{"type":"boolean"},"password":{"type":"string","minLength":8,"maxLength":1024}}}""",
        AnswerSchema = ObjectSchema(UserMembers),
        Examples = [new("another plan", """{"plan":"embedcache-paid"}""", Object(ExampleUser))],
        Errors = [ErrorKind.NotFound],
    };

    public static RouteDocumentation EndSessions { get; } = new(Group, "End all sessions of a user")
    {
        Parameters = [User],
        AnswerSchema = """{"type":"object","properties":{"ended":{"const":true}}}""",
        Examples = [new("ended", null, """{"ended":true}""")],
        Errors = [ErrorKind.NotFound],
    };

    public static RouteDocumentation ListKeys { get; } = new(Group, "List the keys of a user")
    {
        Parameters = [User],
        AnswerSchema = ListSchema("keys", KeyMembers),
        Examples = [new("keys", null, $"{{\"keys\":[{Object(ExampleKey)}]}}")],
        Errors = [ErrorKind.NotFound],
    };

    public static RouteDocumentation CreateKey { get; } = new(Group, "Make a key for a user")
    {
        Description = "A key never has more permissions than its owner, nor than who makes it.",
        Parameters = [User],
        BodySchema = """
            {"type":"object","properties":{
              "name":{"type":"string","maxLength":200},
              "permissions":{"type":"array","items":{"enum":["embed:text","embed:image","embed:multimodal","search","stores:read","stores:write","files","admin","*"]},"default":["*"]},
              "expires_in_days":{"type":"integer","minimum":1,"maximum":36500},
              "key_prefix":{"enum":["vec_","fe_","emb_"],"default":"vec_"}}}
            """,
        AnswerSchema = ObjectSchema(KeyMembers, OnceMembers),
        Examples = [new("a key", """{"name":"laptop","permissions":["embed:text"]}""", Object(ExampleKey, ExampleOnce))],
        Errors = [ErrorKind.NotFound, ErrorKind.Conflict],
    };

    public static RouteDocumentation RevokeKey { get; } = new(Group, "Revoke a key")
    {
        Description = "For good. Every replica refuses it within a second.",
        Parameters = [User, new("prefix", "path", "The first characters of the key, as lists show them.", "vec_0A1b2C3d")],
        AnswerSchema = """{"type":"object","properties":{"revoked":{"const":true}}}""",
        Examples = [new("revoked", null, """{"revoked":true}""")],
        Errors = [ErrorKind.NotFound],
    };

    public static RouteDocumentation ListPlans { get; } = new(Group, "List plans")
    {
        AnswerSchema = """
            {"type":"object","required":["plans"],"properties":{"plans":{"type":"array","items":{"type":"object","properties":{
              "name":{"type":"string"},"short_name":{"type":"string"},"own_provider_only":{"type":"boolean"},"limits":{"type":"array","items":{"type":"object"}}}}}}}
            """,
        Examples = [new("plans", null, """{"plans":[{"name":"unlimited","short_name":"unlimited","own_provider_only":false,"limits":[]}]}""")],
    };

    public static RouteDocumentation ListAudit { get; } = new(Group, "Tell what administrators changed, the newest first")
    {
        Parameters = [Limit],
        AnswerSchema = """
            {"type":"object","required":["entries"],"properties":{"entries":{"type":"array","items":{"type":"object","properties":{
              "at":{"type":"string"},"actor":{"type":"string"},"action":{"type":"string"},"subject":{"type":"string"},"detail":{"type":"string"}}}}}}
            """,
        Examples = [new("entries", null, """{"entries":[{"at":"2026-01-01T00:00:00+00:00","actor":"usr_operator","action":"user.create","subject":"usr_0123456789abcdef01234567","detail":"plan unlimited"}]}""")],
    };

    private static string Object(params IEnumerable<string> members) => $"{{{string.Join(',', members)}}}";

    private static string ObjectSchema(params IEnumerable<string> members) => $"{{\"type\":\"object\",\"properties\":{Object(members)}}}";

    private static string ListSchema(string name, string members) =>
        $"{{\"type\":\"object\",\"required\":[\"{name}\"],\"properties\":{{\"{name}\":{{\"type\":\"array\",\"items\":{ObjectSchema(members)}}}}}}}";
}
