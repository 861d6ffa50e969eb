using Quiver.Diagnostics;
using Quiver.Server.Documentation;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>What /openapi.json and /docs say about EmbedCache's accounts.</summary>
internal static class AccountDocumentation
{
    private const string Group = "EmbedCache";

    private const string Credentials = """
        {"type":"object","required":["email","password"],"properties":{
          "email":{"type":"string"},
          "password":{"type":"string","description":"8 characters or more."}}}
        """;

    public static RouteDocumentation SignUp { get; } = new(Group, "Make an account and its first key")
    {
        Description = "The key is shown this once. New accounts have the plan embedcache-free. Some accounts at a time can be made from one address, and none where auth.sign_up is closed.",
        BodySchema = Credentials,
        AnswerSchema = """{"type":"object","required":["user_id","api_key"],"properties":{"user_id":{"type":"string"},"api_key":{"type":"string"}}}""",
        Examples =
        [
            new("an account", """{"email":"user@example.com","password":"securepassword123"}""", """{"user_id":"usr_0f9d1c2b3a4958677685940a","api_key":"vec_4mM0kQxT1rYv8bNc2LsZp6WdGh3JfU05aXeR"}"""),
        ],
        DialectErrors = [new("taken", "There is an account with this address.", EmbedCacheErrorRenderer.Render(new EmbedCacheError(400, "Email already registered")))],
    };

    public static RouteDocumentation LogIn { get; } = new(Group, "Begin a session")
    {
        Description = "The token goes where a key goes, for /v1/keys and /v1/provider.",
        BodySchema = Credentials,
        AnswerSchema = """{"type":"object","required":["token","expires_in"],"properties":{"token":{"type":"string"},"expires_in":{"type":"integer","description":"Seconds."}}}""",
        Examples = [new("a session", """{"email":"user@example.com","password":"securepassword123"}""", """{"token":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln","expires_in":86400}""")],
        Errors = [ErrorKind.Unauthorized],
    };

    public static RouteDocumentation CreateKey { get; } = new(Group, "Make a further key of one's own")
    {
        Description = "Needs a session. The key is shown this once.",
        BodySchema = """{"description":"Not read."}""",
        AnswerSchema = """{"type":"object","required":["api_key","prefix"],"properties":{"api_key":{"type":"string"},"prefix":{"type":"string","description":"Names the key when it is to be revoked."}}}""",
        Examples = [new("a key", "{}", """{"api_key":"vec_4mM0kQxT1rYv8bNc2LsZp6WdGh3JfU05aXeR","prefix":"vec_4mM0kQxT"}""")],
    };

    public static RouteDocumentation RevokeKey { get; } = new(Group, "End a key of one's own")
    {
        Description = "Needs a session. Every process refuses the key within a second.",
        Parameters = [new("key_prefix", "path", "The first 12 characters of the key.", "vec_4mM0kQxT")],
        BodySchema = """{"description":"Not read."}""",
        AnswerSchema = """{"type":"object","required":["revoked"],"properties":{"revoked":{"const":true}}}""",
        Examples = [new("revoked", "{}", """{"revoked":true}""")],
        DialectErrors = [new("no such key", "You have no key that begins so, or it is revoked already.", EmbedCacheErrorRenderer.Render(new EmbedCacheError(404, "Key not found or already revoked")))],
    };
}
