namespace Quiver.Storage;

/// <summary>A lock between processes: whoever has the file open alone. It ends with its process, however that ends.</summary>
internal sealed class WriterLock(string file)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <returns>Dispose it to let the others in.</returns>
    /// <exception cref="IOException">The others held it for all of <paramref name="patience"/>, or the file cannot be made.</exception>
    public async ValueTask<FileStream> TakeAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        // The system's clock, whatever the program's: the others do not share it.
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(file, SqliteFile.Private(FileShare.None));
            }
            catch (IOException exception) when (IsHeld(exception) && clock.GetElapsedTime(start) < patience)
            {
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    /// <summary>ERROR_SHARING_VIOLATION, or EWOULDBLOCK on Linux and on macOS. Other faults, such as a full disk, do not pass by waiting.</summary>
    private static bool IsHeld(IOException exception) => exception.HResult is unchecked((int)0x80070020) or 11 or 35;
}
