using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.EmbedCache.Bodies;

/// <summary>What POST /v1/embed reads.</summary>
internal sealed class EmbedBody : FastApiBody
{
    /// <summary>In characters (code points).</summary>
    public const int MaxCharacters = 10_000;

    private readonly Field<string> _text = new("text", required: true, "");
    private readonly Field<string> _model = new("model", required: false, "");
    private readonly Field<bool> _public = new("public", required: false, false);

    public string Text => _text.Value;

    /// <summary>Empty where the body names none.</summary>
    public string Model => _model.Value;

    public bool IsPublic => _public.Value;

    public override IEnumerable<FieldError?> FieldErrors => [_text.Error, _model.Error, _public.Error];

    public override void Read(string member, ref FieldReader json)
    {
        switch (member)
        {
            case "text":
                json.String(_text, 1, MaxCharacters);
                break;
            case "model":
                json.String(_model);
                break;
            case "public":
                json.Boolean(_public);
                break;
        }
    }
}
