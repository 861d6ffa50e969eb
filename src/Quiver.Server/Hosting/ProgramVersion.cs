using Quiver.Server.Auth;
using Quiver.Server.Configuration;

namespace Quiver.Server.Hosting;

/// <summary>The version of this program.</summary>
internal static class ProgramVersion
{
    private static readonly Version Version = typeof(ProgramVersion).Assembly.GetName().Version!;

    /// <summary>"0.1.0".</summary>
    public static string Full { get; } = Version.ToString(3);

    /// <summary>What a caller without a key may know: all of it on this machine, in open mode; else the major number, which tells no flaw.</summary>
    public static string For(ServeOptions options) => options.Mode == AuthMode.Open ? Full : Version.ToString(1);
}
