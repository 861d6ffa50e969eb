using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Quiver.Bench.Reporting;

/// <summary>The machine a result was measured on, told without naming it.</summary>
internal sealed record Machine(string Processor, int Cores, string Caches, string InstructionSets, string Runtime, string System)
{
    public static Machine Detect() => new(
        CpuInfo("model name") + FamilyAndModel(),
        Environment.ProcessorCount,
        ReadCaches(),
        ReadInstructionSets(),
        RuntimeInformation.FrameworkDescription,
        $"{(OperatingSystem.IsLinux() ? "Linux" : RuntimeInformation.OSDescription)} {RuntimeInformation.OSArchitecture}");

    public string Describe() =>
        $"- {Processor}, {Cores} cores; {Caches}\n- {InstructionSets}\n- {Runtime}, {System}\n";

    private static string FamilyAndModel() => CpuInfo("cpu family") is { Length: > 0 } family ? $" (family {family}, model {CpuInfo("model")})" : "";

    private static string CpuInfo(string key)
    {
        if (!OperatingSystem.IsLinux())
            return RuntimeInformation.ProcessArchitecture.ToString();
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.Split(':')[0].Trim() == key);
        return line?.Split(':', 2)[1].Trim() ?? "";
    }

    private static string ReadCaches()
    {
        const string folder = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(folder))
            return "caches unknown";
        var caches = Directory.GetDirectories(folder, "index*").Order(StringComparer.Ordinal)
            .Select(cache => (Level: Read(cache, "level"), Type: Read(cache, "type"), Size: Read(cache, "size")))
            .Where(cache => cache.Type != "Instruction")
            .Select(cache => $"L{cache.Level} {cache.Size}");
        return string.Join(", ", caches);

        static string Read(string cache, string file) => File.ReadAllText(Path.Combine(cache, file)).Trim();
    }

    private static string ReadInstructionSets()
    {
        (string Name, bool Supported)[] sets =
        [
            ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX-VNNI", AvxVnni.IsSupported), ("AVX-512F", Avx512F.IsSupported),
            ("AVX-512BW", Avx512BW.IsSupported), ("Vector512 accelerated", Vector512.IsHardwareAccelerated),
        ];
        return string.Join(", ", sets.Where(set => set.Supported).Select(set => set.Name));
    }
}
