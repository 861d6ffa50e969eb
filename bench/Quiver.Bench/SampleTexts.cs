namespace Quiver.Bench;

/// <summary>Inputs of a given length. The time of a forward pass does not depend on which tokens they are.</summary>
internal static class SampleTexts
{
    private const int FirstWord = 1_996;
    private const int Start = 101;
    private const int End = 102;

    /// <summary>Ids of one text of BERT's uncased vocabulary, [CLS] and [SEP] included.</summary>
    public static int[] Ids(int length) =>
        [Start, .. Enumerable.Range(0, length - 2).Select(i => FirstWord + (i * 7_919 % 20_000)), End];
}
