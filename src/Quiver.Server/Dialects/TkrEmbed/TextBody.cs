using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>What POST /embed/text reads.</summary>
internal sealed class TextBody : FastApiBody
{
    public const int MaxTexts = 100;

    private readonly Field<IReadOnlyList<string>> _texts = new("texts", required: true, []);
    private readonly Field<bool> _normalize = new("normalize", required: false, true);

    public IReadOnlyList<string> Texts => _texts.Value;

    public bool Normalize => _normalize.Value;

    public override IEnumerable<FieldError?> FieldErrors => [_texts.Error, _normalize.Error];

    public override void Read(string member, ref FieldReader json)
    {
        switch (member)
        {
            case "texts":
                json.Strings(_texts, 1, MaxTexts);
                break;
            case "normalize":
                json.Boolean(_normalize);
                break;
        }
    }
}
