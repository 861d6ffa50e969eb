namespace Quiver.Models;

/// <summary>A file of a model folder is missing, damaged, or asks for something Quiver does not do. Trying again will not help.</summary>
public sealed class ModelFormatException : Exception
{
    /// <param name="file">The file at fault, as a path the operator can open.</param>
    /// <param name="problem">What is wrong with it, naming the member or tensor.</param>
    public ModelFormatException(string file, string problem, Exception? innerException = null)
        : base($"{file}: {problem}", innerException)
    {
        File = file;
    }

    public string File { get; }
}
