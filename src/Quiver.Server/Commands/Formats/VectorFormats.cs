namespace Quiver.Server.Commands.Formats;

internal static class VectorFormats
{
    /// <summary>The format that a file of this name is expected to have; JSON lines where the name does not tell.</summary>
    public static VectorFormat FromEnding(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".NPY" => VectorFormat.Npy,
        ".CSV" => VectorFormat.Csv,
        _ => VectorFormat.Jsonl,
    };
}
