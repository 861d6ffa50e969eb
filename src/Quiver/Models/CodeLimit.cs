using System.Text.Json;

namespace Quiver.Models;

/// <summary>How large the elements of a model's unit vectors become: quantization.json, which `quiver models calibrate` writes.</summary>
public static class CodeLimit
{
    private const string FileName = "quantization.json";
    private const string Member = "int8_limit";

    /// <summary>The limit of a folder, or null where it has none.</summary>
    /// <exception cref="ModelFormatException">The file is damaged.</exception>
    internal static float? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file) ? (float)ModelJson.Read(ContainedPath.Resolve(folder, FileName, file)).Require(Member).Number(1e-6, 1) : null;
    }

    /// <summary>Writes the limit of a folder, in place of the one it has.</summary>
    /// <returns>The file.</returns>
    public static string Write(string folder, float limit)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteNumber(Member, limit);
            writer.WriteEndObject();
        }

        // Whoever reads meanwhile sees the old file or the new one, whole.
        var file = Path.Combine(folder, FileName);
        File.WriteAllBytes(file + ".new", [.. json.ToArray(), (byte)'\n']);
        File.Move(file + ".new", file, overwrite: true);
        return file;
    }
}
