using Microsoft.Win32.SafeHandles;

namespace Quiver.Server.Commands;

/// <summary>Standard input and output as byte streams that report what happens to them.</summary>
internal static class StandardStreams
{
    private const int UnixBrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);

    public static Stream OpenInput() => Console.OpenStandardInput();

    /// <summary>Standard output, failing with <see cref="IsBrokenPipe"/> when its reader has gone.</summary>
    /// <remarks>
    /// The console's own stream swallows that on Unix, so a pipe is written through its descriptor. A file is not: a FileStream writes at
    /// offsets it counts itself, and what the shell's next command writes to the same file would overwrite it.
    /// </remarks>
    public static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows()) return Console.OpenStandardOutput();

        var descriptor = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return descriptor.CanSeek ? Console.OpenStandardOutput() : descriptor;
    }

    public static bool IsBrokenPipe(Exception exception) =>
        exception.HResult is UnixBrokenPipe or WindowsBrokenPipe or WindowsNoData;
}
