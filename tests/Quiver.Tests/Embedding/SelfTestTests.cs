using Quiver.Embedding;
using Quiver.Embedding.Scheduling;
using Quiver.Encoding;
using Quiver.Models;
using Quiver.Tests.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

/// <summary>A model that goes bad is noticed, and one that recovers too, whatever the cache still knows.</summary>
public sealed class SelfTestTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Precision.Int16)]
    [InlineData(Precision.F32)]
    public async Task The_shipped_model_passes_its_self_test(Precision precision)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, precision);
        using var service = new EmbeddingService(new ModelDirectory([model]));

        Assert.NotNull(model.Probe);
        Assert.Equal(EmbeddingHealth.Ready, await service.CheckAsync(TestEnd));
    }

    [Fact]
    public async Task A_shipped_model_whose_weights_were_changed_fails_it()
    {
        using var folder = new ScratchFolder().CopyOf(TestData.DefaultModel);
        var weights = Path.Combine(folder.Path, "model.safetensors");
        var bytes = File.ReadAllBytes(weights);
        var header = 8 + (int)BitConverter.ToInt64(bytes);
        for (var i = header + 1; i < bytes.Length; i += 2)
            bytes[i] ^= 0x80;
        File.WriteAllBytes(weights, bytes);
        using var model = EmbeddingModel.Load(folder.Path, Precision.Int16);
        using var service = new EmbeddingService(new ModelDirectory([model]));

        Assert.Contains("off the one that came with the model", (await service.CheckAsync(TestEnd)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_goes_bad_fails_at_the_next_tick_and_recovers_at_a_later_one()
    {
        var time = new ManualTime();
        var model = new WordEmbedder("model 7");
        var options = new EmbeddingServiceOptions { SelfTestInterval = TimeSpan.FromMinutes(5), Scheduler = new() { Runners = 2 } };
        using var service = new EmbeddingService(new ModelDirectory([model]), options, time);
        await service.EmbedAsync(new EmbeddingRequest("model 7", [new EmbeddingInput("a text that is cached")]), TestEnd);
        Assert.True(service.Health.IsReady);

        Action<float[]>[] faults = [vector => vector[0] = float.NaN, _ => throw new InvalidOperationException("broken"), vector => vector[3] += 1e-3f];
        foreach (var fault in faults)
        {
            await TickAsync();
            Assert.True(service.Health.IsReady, service.Health.Problem);
            model.OnVector = fault;
            await TickAsync();
            Assert.StartsWith("model 7", service.Health.Problem, StringComparison.Ordinal);
            model.OnVector = _ => { };
        }

        await TickAsync();
        Assert.True(service.Health.IsReady);

        // The timer's run and this one take turns: when this has ended, so has that.
        async Task TickAsync()
        {
            time.Advance(TimeSpan.FromMinutes(5));
            await service.CheckAsync(TestEnd);
        }
    }

    [Fact]
    public async Task The_timer_alone_finds_out()
    {
        var time = new ManualTime();
        var runs = 0;
        var model = new WordEmbedder { OnEmbed = _ => Interlocked.Increment(ref runs) };
        var options = new EmbeddingServiceOptions { SelfTestInterval = TimeSpan.FromMinutes(5) };
        using var service = new EmbeddingService(new ModelDirectory([model]), options, time);
        model.OnVector = vector => vector[0] = float.PositiveInfinity;
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(0, runs);

        time.Advance(TimeSpan.FromMinutes(1));
        while (service.Health.IsReady)
            await Task.Delay(1, TestEnd);
        Assert.Contains("not finite", service.Health.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runner_that_hangs_is_found_out_at_half_the_interval_and_forgiven_when_it_goes_on()
    {
        var time = new ManualTime();
        using var hang = new ManualResetEventSlim();
        var model = new WordEmbedder { OnEmbed = _ => hang.Wait(TestEnd) };
        var options = new EmbeddingServiceOptions { SelfTestInterval = TimeSpan.FromMinutes(4), Scheduler = new() { Runners = 1 } };
        using var service = new EmbeddingService(new ModelDirectory([model]), options, time);
        time.Advance(TimeSpan.FromMinutes(4));
        time.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromTicks(1));
        Assert.True(service.Health.IsReady);
        time.Advance(TimeSpan.FromTicks(1));
        while (service.Health.IsReady)
            await Task.Delay(1, TestEnd);
        Assert.Contains("has not ended within 00:02:00", service.Health.Problem, StringComparison.Ordinal);

        hang.Set();
        Assert.Equal(EmbeddingHealth.Ready, await service.CheckAsync(TestEnd));
    }

    [Fact]
    public async Task A_model_that_cannot_tokenize_fails_it()
    {
        var model = new WordEmbedder { OnTokenize = _ => throw new InvalidOperationException("no tokens") };
        using var service = new EmbeddingService(new ModelDirectory([model]));
        Assert.Equal("fake: no tokens", (await service.CheckAsync(TestEnd)).Problem);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public async Task A_model_whose_batches_give_other_bits_fails(int runners)
    {
        // Per runner, as more than one may be at work.
        using var inBatch = new ThreadLocal<bool>();
        var model = new WordEmbedder();
        model.OnEmbed = inputs => inBatch.Value = inputs.Length > 1;
        model.OnVector = vector => vector[0] += inBatch.Value ? 1e-6f : 0;
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new SchedulerOptions { Runners = runners } });

        Assert.Contains("in a batch", (await service.CheckAsync(TestEnd)).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"text": "a", "vector": [0.5, 0.5]}""")]
    [InlineData("""{"text": "", "vector": []}""")]
    [InlineData("""{"text": "a"}""")]
    [InlineData("""{"text": "a", "vector": [2]}""")]
    [InlineData("""[]""")]
    public void A_damaged_probe_is_refused(string json)
    {
        using var folder = new ScratchFolder().CopyOf(TestData.TinyModel("bert"));
        folder.Write("self-test.json", json);
        Assert.Throws<ModelFormatException>(() => EmbeddingModel.Load(folder.Path, Precision.F32));
    }
}
