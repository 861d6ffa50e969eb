using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.EmbedCache.Bodies;

/// <summary>What POST /v1/auth/signup and /v1/auth/login read.</summary>
/// <param name="minPassword">In characters.</param>
internal sealed class CredentialsBody(int minPassword) : FastApiBody
{
    private readonly Field<string> _email = new("email", required: true, "");
    private readonly Field<string> _password = new("password", required: true, "");

    /// <summary>The plain address, its domain in lower case.</summary>
    public string Email => _email.Value;

    public string Password => _password.Value;

    public override IEnumerable<FieldError?> FieldErrors => [_email.Error, _password.Error];

    public static CredentialsBody OfSignUp() => new(minPassword: 8);

    public static CredentialsBody OfLogIn() => new(minPassword: 0);

    public override void Read(string member, ref FieldReader json)
    {
        switch (member)
        {
            case "email":
                json.String(_email);
                if (_email.HasValue)
                    CheckEmail();
                break;
            case "password":
                json.String(_password, minPassword);
                break;
        }
    }

    private void CheckEmail()
    {
        if (EmailAddress.TryParse(_email.Value, out var address, out var reason))
            _email.Set(address);
        else
            _email.Fail("value_error", $"value is not a valid email address: {reason}", $$"""{"reason":"{{reason}}"}""");
    }
}
