using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Quiver.Bench.Load;

/// <summary>The published server as a child process on a free port of the loopback interface.</summary>
internal sealed class PublishedServer : IDisposable
{
    private static readonly Lazy<string> Published = new(Publish);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly HttpClient _client;

    private PublishedServer(Process process, int port)
    {
        _process = process;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
    }

    public int Port => _client.BaseAddress!.Port;

    public Process Process => _process;

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The program, published as its users do: compiled ahead of time for this platform, on the shared runtime. Once, and deleted at the end.</summary>
    public static string Program => Published.Value;

    /// <summary>Starts the server with its log in a file, and asks until it answers.</summary>
    /// <returns>The running server, and the time from the start of its process to the end of its first answer.</returns>
    public static (PublishedServer Server, TimeSpan FirstAnswer) Start(params IEnumerable<string> options)
    {
        var log = Path.Combine(Path.GetDirectoryName(Program)!, "quiver.log");
        var port = FreePort();
        var start = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo(Program, ["serve", "--port", $"{port}", "--log-file", log, .. options]) { RedirectStandardOutput = true })!;
        process.BeginOutputReadLine();
        var server = new PublishedServer(process, port);
        WaitForListener(process, port, start);
        server.Embed("How long does the first answer take?");
        return (server, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Sends one request and reads its answer.</summary>
    public void Embed(params string[] texts)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/embeddings")
        {
            Content = JsonContent.Create(new { model = "all-MiniLM-L6-v2", input = texts, encoding_format = "base64", truncate = true }),
        };
        using var response = _client.Send(request);
        response.EnsureSuccessStatusCode();
    }

    public string Get(string path)
    {
        using var response = _client.Send(new HttpRequestMessage(HttpMethod.Get, path));
        using var reader = new StreamReader(response.EnsureSuccessStatusCode().Content.ReadAsStream());
        return reader.ReadToEnd();
    }

    public void Dispose()
    {
        _client.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Publish()
    {
        var folder = Directory.CreateTempSubdirectory("quiver-published-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var publish = Process.Start(new ProcessStartInfo(
            "dotnet", ["publish", Repository.Folder("src", "Quiver.Server"), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-o", folder, "-v", "quiet", "--nologo"]))!;
        publish.WaitForExit();
        if (publish.ExitCode != 0)
            throw new InvalidOperationException("dotnet publish failed; its message is above.");
        return Path.Combine(folder, OperatingSystem.IsWindows() ? "Quiver.Server.exe" : "Quiver.Server");
    }

    public static void WaitForListener(Process process, int port, long start)
    {
        using var pause = new ManualResetEventSlim();
        while (true)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (!process.HasExited && Stopwatch.GetElapsedTime(start) < Patience)
            {
                pause.Wait(1);
            }
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
