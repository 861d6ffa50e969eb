using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Quiver.Encoding;
using Quiver.Models;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands.Checks;

/// <summary>Whether this machine has what the server needs: instructions, memory, a clock, room for its log.</summary>
internal static class MachineChecks
{
    /// <summary>What the program and its runtime take without a model.</summary>
    private const long ProgramBytes = 64L << 20;

    public static IEnumerable<Finding> Look(ServeOptions options, TimeProvider time) => [Processor(), Memory(options), Clock(time), Log(options)];

    private static Finding Processor()
    {
        var cores = Environment.ProcessorCount == 1 ? "one core" : $"{Environment.ProcessorCount} cores, each of which computes";
        if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported)
            return Finding.Ok("processor", $"AVX-512, {cores}");
        if (Avx2.IsSupported || AdvSimd.IsSupported)
            return Finding.Ok("processor", $"{(Avx2.IsSupported ? "AVX2" : "Advanced SIMD")}, {cores}; slower than AVX-512, with the same results");
        return Finding.Warn(
            "processor",
            $"no AVX2, {cores}: texts take several times as long, with the same results",
            "Give the machine a processor model that passes AVX2 on (QEMU: -cpu host), and unset DOTNET_EnableHWIntrinsic and DOTNET_EnableAVX2.");
    }

    private static Finding Memory(ServeOptions options)
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        // Packed weights take as much as float16 has on disk, and twice that in f32; the rest is room to work in.
        var models = options.Models.Sum(SizeOnDisk) * (options.Precision == Precision.F32 ? 3 : 2);
        var needed = ProgramBytes + models;
        var message = $"{Megabytes(available)} for this process, about {Megabytes(needed)} needed before the first request";
        return available switch
        {
            _ when available < needed => Finding.Fail("memory", message, "Raise the limit of the container, or serve a smaller model."),
            _ when available < 2 * needed => Finding.Warn("memory", message, "Raise the limit of the container, or lower --body-memory: requests need room too."),
            _ => Finding.Ok("memory", message),
        };
    }

    private static long SizeOnDisk(string model)
    {
        try
        {
            var folder = LocalModels.Catalogue().Resolve(model);
            return ModelSummary.Read(model, folder) is { Problem: null } summary ? summary.SizeOnDisk : 0;
        }
        catch (Quiver.Diagnostics.QuiverException)
        {
            // Told by the check of the models.
            return 0;
        }
    }

    private static Finding Clock(TimeProvider time)
    {
        var now = time.GetUtcNow();
        var built = File.GetLastWriteTimeUtc(typeof(MachineChecks).Assembly.Location);
        return now < built
            ? Finding.Warn("clock", $"it says {now:u}, before this program was built: certificates and logs will not be right", "timedatectl set-ntp true")
            : Finding.Ok("clock", $"{now:u}");
    }

    private static Finding Log(ServeOptions options)
    {
        if (options.LogFile is not { } file)
            return Finding.Ok("disk", "nothing is written to disk: the log goes to stderr");
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var wanted = options.LogFileSize * options.LogFiles;
        try
        {
            var probe = Path.Combine(folder, Path.GetRandomFileName());
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            {
                var free = new DriveInfo(folder).AvailableFreeSpace;
                return free < wanted
                    ? Finding.Warn("disk", $"{folder} has {Megabytes(free)} left and log files may take {Megabytes(wanted)}", "Free some space, or lower the size or number of log files.")
                    : Finding.Ok("disk", $"{folder} can be written to, {Megabytes(free)} left");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail("disk", $"{folder} cannot be written to", $"mkdir -p {folder}, and give it to the user that runs the server.");
        }
    }

    private static string Megabytes(long bytes) => $"{bytes >> 20} MiB";
}
