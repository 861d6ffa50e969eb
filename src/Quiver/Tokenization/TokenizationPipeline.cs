using Quiver.Tokenization.Normalizers;
using Quiver.Tokenization.PreTokenizers;
using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization;

/// <summary>
/// From a text to the tokens of its content: added tokens out, normalize, added tokens out again, cut into words, words into tokens.
/// Immutable and thread-safe; all state of a call is in its <see cref="Workspace"/>.
/// </summary>
internal sealed class TokenizationPipeline(AddedTokens added, Normalizer? normalizer, PreTokenizer? preTokenizer, SubwordModel model)
{
    private readonly BertWordScanner? _bert = BertWordScanner.TryCreate(normalizer, preTokenizer, added, model);
    private readonly bool _alwaysTracks = preTokenizer?.NeedsAlignments ?? false;

    /// <summary>Appends the ids of a text's content.</summary>
    public void AppendIds(ReadOnlySpan<char> text, Workspace workspace, TokenIdBuffer ids)
    {
        var output = workspace.Output.Into(ids, spans: null);
        if (_bert is null)
        {
            Tokenize(text, _alwaysTracks, workspace, output);
            return;
        }

        var original = workspace.Text.Text;
        original.Load(text, tracks: false);
        if (added.InText.Occurs(original.Bytes))
            Tokenize(text, _alwaysTracks, workspace, output);
        else
            _bert.Tokenize(original.Bytes, workspace.Text.Scratch, output);
    }

    /// <summary>Appends ids and places; the workspace's text is then what the places point into.</summary>
    public void AppendTokens(ReadOnlySpan<char> text, Workspace workspace, TokenIdBuffer ids, List<SubwordSpan> spans) =>
        Tokenize(text, tracks: true, workspace, workspace.Output.Into(ids, spans));

    private void Tokenize(ReadOnlySpan<char> text, bool tracks, Workspace workspace, SubwordOutput output)
    {
        var pieces = workspace.Text;
        pieces.Load(text, tracks);
        if (!added.InText.IsEmpty)
            pieces.Split(added.InText, static (matcher, whole, piece, into) => matcher.Cut(whole, piece, into));
        if (normalizer is not null)
        {
            pieces.Rewrite(
                (normalizer, pieces.Scratch),
                static (state, source, piece, target) => Normalize(state.normalizer, state.Scratch, source, piece, target));
        }

        if (!added.InNormalizedText.IsEmpty)
            pieces.Split(added.InNormalizedText, static (matcher, whole, piece, into) => matcher.Cut(whole, piece, into));
        preTokenizer?.Apply(pieces);

        foreach (var piece in pieces.Pieces)
        {
            output.WordStart = piece.Start;
            if (piece.IsToken)
                output.Add(piece.TokenId, 0, piece.Length, readsAsText: true);
            else
                model.Tokenize(pieces.Text.Bytes[piece.Start..piece.End], output);
        }
    }

    private static void Normalize(Normalizer normalizer, ScratchTexts scratch, AlignedText source, Piece piece, AlignedText target)
    {
        var part = scratch.Rent(source.Tracks);
        part.Append(source, piece.Start, piece.End);
        var normalized = scratch.Rent(source.Tracks);
        normalizer.Apply(part, normalized, scratch);
        target.Append(normalized, 0, normalized.Length);
        scratch.Return(normalized);
        scratch.Return(part);
    }
}
