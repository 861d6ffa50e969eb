using System.Runtime.InteropServices;

namespace Quiver.Server.Commands.Formats;

/// <summary>What a path names, where that decides how it is written.</summary>
internal static class FileKind
{
    // struct statx, statx(2): the same on every architecture, unlike struct stat.
    private const int StatxBytes = 256;
    private const int ModeOffset = 28;
    private const uint StatxType = 1;
    private const int CurrentFolder = -100;

    // inode(7).
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;

    /// <summary>
    /// Whether the path takes bytes as they come, now, and cannot be replaced: a device, a named pipe, or a descriptor of this process,
    /// whatever that leads to (/dev/stdout; /dev/fd/63 as a shell's <c>&gt;(command)</c> passes it).
    /// </summary>
    public static bool IsStream(string path)
    {
        if (OperatingSystem.IsWindows()) return false;

        var full = Path.GetFullPath(path);
        if (full is "/dev/stdout" or "/dev/stderr" || full.StartsWith("/dev/fd/", StringComparison.Ordinal)) return true;

        // Elsewhere there is no call with a layout to rely on; devices at least are where they always are.
        if (!OperatingSystem.IsLinux()) return full.StartsWith("/dev/", StringComparison.Ordinal);

        var status = new byte[StatxBytes];
        if (Statx(CurrentFolder, System.Text.Encoding.UTF8.GetBytes(full + "\0"), flags: 0, StatxType, status) != 0) return false;
        return (BitConverter.ToUInt16(status, ModeOffset) & TypeMask) is not (RegularFile or Folder);
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, byte[] status);
}
