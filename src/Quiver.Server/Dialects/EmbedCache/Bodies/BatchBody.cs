using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.EmbedCache.Bodies;

/// <summary>What POST /v1/embed/batch reads.</summary>
internal sealed class BatchBody : FastApiBody
{
    public const int MaxTexts = 100;

    private readonly Field<IReadOnlyList<string>> _texts = new("texts", required: true, []);
    private readonly Field<string> _model = new("model", required: false, "");
    private readonly Field<bool> _public = new("public", required: false, false);

    public IReadOnlyList<string> Texts => _texts.Value;

    /// <inheritdoc cref="EmbedBody.Model"/>
    public string Model => _model.Value;

    public bool IsPublic => _public.Value;

    public override IEnumerable<FieldError?> FieldErrors => [_texts.Error, _model.Error, _public.Error];

    /// <summary>The first text that is empty or too long.</summary>
    public override FieldError? RuleError
    {
        get
        {
            for (var i = 0; i < Texts.Count; i++)
            {
                if (Texts[i].Length == 0)
                    return FieldError.Rule($"texts[{i}] must be at least 1 character");
                if (FieldReader.IsLongerThan(Texts[i], EmbedBody.MaxCharacters))
                    return FieldError.Rule($"texts[{i}] exceeds max length of {EmbedBody.MaxCharacters} characters");
            }

            return null;
        }
    }

    public override void Read(string member, ref FieldReader json)
    {
        switch (member)
        {
            case "texts":
                json.Strings(_texts, 1, MaxTexts);
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
