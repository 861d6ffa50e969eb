using System.Runtime.InteropServices;
using Quiver.Embedding;
using Quiver.Server.Commands;
using Quiver.Server.Configuration;

namespace Quiver.Server.Hosting;

/// <summary>The life of `quiver serve`: load, test, listen, announce, wait for a signal, drain.</summary>
internal static class ServerProcess
{
    /// <returns>The exit code, once the last request in flight is answered.</returns>
    public static async Task<int> RunAsync(ServeOptions options, TimeProvider time)
    {
        var models = new List<EmbeddingModel>();
        try
        {
            foreach (var model in options.Models)
                models.Add(LocalModels.Load(model, options.Precision));
            await using var parts = await ServerParts.CreateAsync(options, models, time, CancellationToken.None);
            return await ServeAsync(parts, models, options, time);
        }
        finally
        {
            models.ForEach(model => model.Dispose());
        }
    }

    /// <summary>Shows that each model computes what it should, before anyone is told that we are here.</summary>
    private static async Task TestAsync(EmbeddingService embeddings)
    {
        var health = await embeddings.CheckAsync(CancellationToken.None);
        if (!health.IsReady)
            await Console.Error.WriteLineAsync($"quiver: {health.Problem} /health/ready answers 503 until a self-test passes.");
    }

    private static async Task<int> ServeAsync(ServerParts parts, List<EmbeddingModel> models, ServeOptions options, TimeProvider time)
    {
        // Beside the making of the host, which takes about as long.
        var test = Task.Run(() => TestAsync(parts.Embeddings));
        var drain = new Drain();
        await using var app = QuiverHost.Build(options, parts, drain, time);
        var asked = new TaskCompletionSource<PosixSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

        await test;
        await app.StartAsync();
        Announcement.Write(Console.Out, QuiverHost.AddressOf(app), options.MetricsPort is null ? null : QuiverHost.MetricsAddressOf(app), models, options);

        var signal = await asked.Task;
        if (signal == PosixSignal.SIGTERM)
            await Task.Delay(options.EffectiveDrainDelay, time);
        await app.StopAsync();
        return ExitCode.Success;

        // Not ready from the first signal on; the second one is left to the system, which ends the process.
        void OnSignal(PosixSignalContext context)
        {
            drain.Begin();
            context.Cancel = asked.TrySetResult(context.Signal);
        }
    }
}
