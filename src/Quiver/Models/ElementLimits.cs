using System.Text.Json;

namespace Quiver.Models;

/// <summary>How large each element of a model's unit vectors becomes: quantization.json, which `quiver models calibrate` writes.</summary>
public static class ElementLimits
{
    private const string FileName = "quantization.json";
    private const string Member = "int8_limits";

    /// <summary>The limits of a folder, or null where it has none.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, or of another width.</exception>
    internal static IReadOnlyList<float>? Read(string folder, int width)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return null;

        var limits = ModelJson.Read(ContainedPath.Resolve(folder, FileName, file)).Require(Member);
        float[] elements = [.. limits.Items(width).Select(element => (float)element.Number(1e-6, 1))];
        return elements.Length == width ? elements : throw limits.Fault($"must have {width} elements");
    }

    /// <summary>Writes the limits of a folder, in place of those it has.</summary>
    /// <returns>The file.</returns>
    public static string Write(string folder, IReadOnlyList<float> limits)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteStartArray(Member);
            foreach (var limit in limits)
                writer.WriteNumberValue(limit);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        // Whoever reads meanwhile sees the old file or the new one, whole.
        var file = Path.Combine(folder, FileName);
        File.WriteAllBytes(file + ".new", [.. json.ToArray(), (byte)'\n']);
        File.Move(file + ".new", file, overwrite: true);
        return file;
    }
}
