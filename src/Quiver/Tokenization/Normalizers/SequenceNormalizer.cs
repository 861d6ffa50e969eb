namespace Quiver.Tokenization.Normalizers;

internal sealed class SequenceNormalizer(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override double Growth => steps.Aggregate(1.0, (product, step) => product * step.Growth);

    public override void Apply(AlignedText source, AlignedText target, ScratchTexts scratch)
    {
        if (steps.Count == 0)
            target.Append(source, 0, source.Length);

        var current = source;
        for (var i = 0; i < steps.Count; i++)
        {
            var next = i == steps.Count - 1 ? target : scratch.Rent(source.Tracks);
            steps[i].Apply(current, next, scratch);
            if (current != source)
                scratch.Return(current);
            current = next;
        }
    }
}
