namespace Quiver.Models;

/// <summary>A text and the unit-length vector that a model must give it: self-test.json, which a folder may have.</summary>
/// <param name="Vector">Of the reference implementation, at full width.</param>
public sealed record ModelProbe(string Text, IReadOnlyList<float> Vector)
{
    private const string FileName = "self-test.json";
    private const int MaxTextLength = 1000;

    /// <exception cref="ModelFormatException">The file is damaged, or its vector has another width.</exception>
    internal static ModelProbe? Read(string folder, int width)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return null;

        var probe = ModelJson.Read(ContainedPath.Resolve(folder, FileName, file));
        var text = probe.Require("text").String();
        if (text.Length is 0 or > MaxTextLength)
            throw probe.Fault($"text must have 1 to {MaxTextLength} characters");
        var vector = probe.Require("vector");
        float[] elements = [.. vector.Items(width).Select(element => (float)element.Number(-1, 1))];
        return elements.Length == width ? new ModelProbe(text, elements) : throw vector.Fault($"must have {width} elements");
    }
}
