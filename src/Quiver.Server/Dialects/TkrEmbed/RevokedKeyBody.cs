using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>What DELETE /admin/api-keys reads.</summary>
internal sealed class RevokedKeyBody : FastApiBody
{
    private readonly Field<string> _key = new("api_key", required: true, "");

    public string Key => _key.Value;

    public override IEnumerable<FieldError?> FieldErrors => [_key.Error];

    public override void Read(string member, ref FieldReader json)
    {
        if (member == "api_key")
            json.String(_key);
    }
}
