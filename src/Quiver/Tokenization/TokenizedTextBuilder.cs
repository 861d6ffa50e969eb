using Quiver.Tokenization.PostProcessing;

namespace Quiver.Tokenization;

/// <summary>Fills a template with the tokens of its texts.</summary>
internal sealed class TokenizedTextBuilder(Func<int, string?> spelling)
{
    private readonly List<int> _ids = [];
    private readonly List<int> _typeIds = [];
    private readonly List<string> _tokens = [];
    private readonly List<TokenOffset> _offsets = [];
    private readonly List<TokenOffset> _utf16Offsets = [];
    private readonly List<bool> _special = [];
    private readonly List<bool> _attention = [];

    public void Fill(Template template, TokenSequence first, TokenSequence? second)
    {
        foreach (var item in template.Items)
        {
            if (item.Part == TemplatePart.Special)
            {
                foreach (var id in item.Ids)
                    AddSpecial(id, item.TypeId);
            }
            else
            {
                Add(item.Part == TemplatePart.First ? first : second!, item.TypeId);
            }
        }
    }

    public void Pad(Padding padding)
    {
        var length = padding.Length == 0 ? _ids.Count : padding.Length;
        if (padding.MultipleOf > 1)
            length = checked((length + padding.MultipleOf - 1) / padding.MultipleOf * padding.MultipleOf);
        var count = Math.Max(0, length - _ids.Count);
        var at = padding.Side == TruncationSide.Left ? 0 : _ids.Count;
        _ids.InsertRange(at, Enumerable.Repeat(padding.Id, count));
        _typeIds.InsertRange(at, Enumerable.Repeat(padding.TypeId, count));
        _tokens.InsertRange(at, Enumerable.Repeat(padding.Token, count));
        _offsets.InsertRange(at, Enumerable.Repeat(default(TokenOffset), count));
        _utf16Offsets.InsertRange(at, Enumerable.Repeat(default(TokenOffset), count));
        _special.InsertRange(at, Enumerable.Repeat(true, count));
        _attention.InsertRange(at, Enumerable.Repeat(false, count));
    }

    public TokenizedText Build(int fullLength) => new()
    {
        Ids = _ids,
        TypeIds = _typeIds,
        Tokens = _tokens,
        Offsets = _offsets,
        Utf16Offsets = _utf16Offsets,
        SpecialTokensMask = _special,
        AttentionMask = _attention,
        FullLength = fullLength,
    };

    private void Add(TokenSequence sequence, int typeId)
    {
        _ids.AddRange(sequence.Ids[sequence.Kept]);
        _typeIds.AddRange(Enumerable.Repeat(typeId, sequence.Count));
        _tokens.AddRange(sequence.Tokens[sequence.Kept]);
        _offsets.AddRange(sequence.Offsets[sequence.Kept]);
        _utf16Offsets.AddRange(sequence.ToUtf16());
        _special.AddRange(Enumerable.Repeat(false, sequence.Count));
        _attention.AddRange(Enumerable.Repeat(true, sequence.Count));
    }

    private void AddSpecial(int id, int typeId)
    {
        _ids.Add(id);
        _typeIds.Add(typeId);
        _tokens.Add(spelling(id) ?? "");
        _offsets.Add(default);
        _utf16Offsets.Add(default);
        _special.Add(true);
        _attention.Add(true);
    }
}
