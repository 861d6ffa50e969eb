using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Quiver.Bench.Http;

/// <summary>Linux's epoll, level-triggered, for reading: one thread serves hundreds of connections at the price of a few system calls.</summary>
/// <remarks>The framework's asynchronous sockets would cost the generator as much CPU time as the server that it measures.</remarks>
internal sealed partial class Epoll : IDisposable
{
    private const int Add = 1;
    private const uint Readable = 1;

    private readonly int _handle = Check(EpollCreate(0));
    private readonly Event[] _events = new Event[256];

    public void Watch(Socket socket, int number)
    {
        var watched = new Event { Events = Readable, Number = number };
        Check(EpollControl(_handle, Add, (int)socket.Handle, ref watched));
    }

    /// <summary>Waits until something can be read, or was closed.</summary>
    /// <param name="milliseconds">At most so long; -1 for ever.</param>
    /// <returns>The numbers of the sockets. Valid until the next call.</returns>
    public ReadOnlySpan<Event> Wait(int milliseconds)
    {
        var count = EpollWait(_handle, _events, _events.Length, milliseconds);
        // A signal ends the wait early; that is no error.
        return _events.AsSpan(0, Math.Max(0, count));
    }

    public void Dispose() => _ = Close(_handle);

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int operation, int file, ref Event watched);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int epoll, [Out] Event[] events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    /// <summary>The kernel's struct epoll_event, packed as on x86-64.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct Event
    {
        public uint Events;
        public int Number;
        private readonly int _unused;
    }
}
