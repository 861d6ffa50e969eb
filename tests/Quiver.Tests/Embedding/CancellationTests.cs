using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

/// <summary>Callers that leave in the middle, with the encoder's own yield points, helpers and workspaces.</summary>
public sealed class CancellationTests
{
    private const int Requests = 300;

    private static readonly string[] Words = ["arrow", "bow", "string", "of", "the", "quiver", "feather", "and", "flight", "archer"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Precision.F32, 1)]
    [InlineData(Precision.Int16, 2)]
    public async Task However_many_leave_the_others_have_their_vectors_and_nothing_is_left(Precision precision, int seed)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, precision);
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new() { Runners = 2 }, Cache = new() { MaxBytes = 0 } });
        using var alone = EmbeddingModel.Load(TestData.DefaultModel, precision);
        var random = new Random(seed);
        var expected = Enumerable.Range(0, 20).Select(_ => RandomText(random)).Distinct().ToDictionary(text => text, text => VectorOf(alone, text));
        var texts = expected.Keys.ToArray();
        var (answered, left) = (0, 0);
        var running = new List<Task>();
        for (var i = 0; i < Requests; i++)
        {
            var inputs = Enumerable.Range(0, random.Next(1, 12)).Select(_ => texts[random.Next(texts.Length)]).ToArray();
            var (bulk, leavesAfter) = (random.Next(2) == 0, random.Next(2) == 0 ? random.Next(2_000) : (int?)null);
            running.Add(Task.Run(() => AskAsync(inputs, bulk, leavesAfter), TestEnd));
            // Some twenty at a time.
            if (running.Count == 20)
            {
                var ended = await Task.WhenAny(running);
                running.Remove(ended);
                await ended;
            }
        }

        await Task.WhenAll(running);
        Assert.True(answered > 50 && left > 50, $"{answered} {left}");
        while (service.Counts != default)
        {
            TestEnd.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(0, service.Flights.Count);
        Assert.Equal(expected[texts[0]], (await service.EmbedAsync(Request([texts[0]]), TestEnd)).Vector(0).ToArray());

        async Task AskAsync(string[] inputs, bool bulk, int? leavesAfter)
        {
            using var leaving = new CancellationTokenSource();
            var asked = service.EmbedAsync(Request(inputs) with { Bulk = bulk }, leaving.Token);
            if (leavesAfter is { } turns)
            {
                for (var i = 0; i < turns && !asked.IsCompleted; i++)
                    await Task.Yield();
                await leaving.CancelAsync();
            }

            try
            {
                var result = await asked;
                for (var i = 0; i < inputs.Length; i++)
                    Assert.Equal(expected[inputs[i]], result.Vector(i).ToArray());
                Interlocked.Increment(ref answered);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref left);
            }
        }

        EmbeddingRequest Request(string[] inputs) => new(model.Name, [.. inputs.Select(text => new EmbeddingInput(text))]);
    }

    private static string RandomText(Random random) =>
        string.Join(' ', Enumerable.Range(0, 1 + random.Next(random.Next(3) == 0 ? 200 : 20)).Select(_ => Words[random.Next(Words.Length)]));

    private static float[] VectorOf(EmbeddingModel model, string text)
    {
        var vector = new float[model.Width];
        model.Embed([model.Tokenize(text)], vector);
        UnitLength.Normalize(vector);
        return vector;
    }
}
