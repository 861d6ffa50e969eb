using Quiver.Accounts;
using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>What POST /admin/api-keys reads.</summary>
internal sealed class NewKeyBody : FastApiBody
{
    private const int MostPermissions = 32;
    private const int MostDays = 36_500;

    private static readonly string[] UsualPermissions = ["embed:text", "embed:image", "embed:multimodal"];

    private readonly Field<string> _name = new("name", required: true, "");
    private readonly Field<IReadOnlyList<string>> _permissions = new("permissions", required: false, UsualPermissions);
    private readonly Field<int?> _days = new("expires_in_days", required: false, null);

    public string Name => _name.Value;

    public IReadOnlyList<string> Permissions => _permissions.Value;

    public Scopes Scopes { get; private set; } = Scopes.EmbedText | Scopes.EmbedImage | Scopes.EmbedMultimodal;

    public TimeSpan? Lifetime => _days.Value is { } days ? TimeSpan.FromDays(days) : null;

    public override IEnumerable<FieldError?> FieldErrors => [_name.Error, _permissions.Error, _days.Error];

    public override void Read(string member, ref FieldReader json)
    {
        switch (member)
        {
            case "name":
                json.String(_name, 1, 200);
                break;
            case "permissions":
                json.Strings(_permissions, 1, MostPermissions);
                if (_permissions.HasValue)
                    ReadPermissions();
                break;
            case "expires_in_days":
                json.OptionalInteger(_days, 1, MostDays);
                break;
        }
    }

    private void ReadPermissions()
    {
        if (ScopeNames.TryParse(Permissions, out var scopes, out var unknown))
            Scopes = scopes;
        else
            _permissions.Fail("literal_error", $"Input should be one of {string.Join(", ", ScopeNames.All)}", index: Permissions.ToList().IndexOf(unknown!));
    }
}
