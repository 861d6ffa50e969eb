using Microsoft.Win32.SafeHandles;

namespace Quiver.Server.Commands;

/// <summary>Standard input and output as byte streams that report what happens to them.</summary>
internal static class StandardStreams
{
    private const int UnixBrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);

    public static Stream OpenInput() => Console.OpenStandardInput();

    /// <summary>Standard output. On Unix through its descriptor: the console's own stream hides that the reader has gone.</summary>
    public static Stream OpenOutput() =>
        OperatingSystem.IsWindows()
            ? Console.OpenStandardOutput()
            : new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    public static bool IsBrokenPipe(Exception exception) =>
        exception.HResult is UnixBrokenPipe or WindowsBrokenPipe or WindowsNoData;
}
