using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Replay;

/// <summary>Sends what was sent to another server to Quiver, byte for byte, and compares the answers.</summary>
internal static class Replayer
{
    /// <summary>
    /// Replays all exchanges of tests/data/transcripts/<paramref name="recording"/>.jsonl. Fails for a difference that docs/compatibility.md
    /// does not list under <paramref name="server"/>, and for a row there that nothing needs.
    /// </summary>
    /// <param name="start">Starts Quiver in the set-up of the exchanges.</param>
    public static Task RunAsync(string recording, string server, Func<string, Task<TestServer>> start) =>
        RunAsync(Exchange.Recorded(recording), server, async setup => new ReplaySession(await start(setup)));

    /// <inheritdoc cref="RunAsync(string, string, Func{string, Task{TestServer}})"/>
    public static async Task RunAsync(IReadOnlyList<Exchange> exchanges, string server, Func<string, Task<ReplaySession>> start)
    {
        var table = CompatibilityTable.Of(server);
        var unlisted = new List<string>();
        foreach (var setup in exchanges.Where(exchange => !table.LeavesOut(exchange)).GroupBy(exchange => exchange.Setup))
        {
            await using var quiver = await start(setup.Key);
            foreach (var exchange in setup)
            {
                unlisted.AddRange(
                    from difference in await ReplayAsync(exchange, quiver)
                    where !table.Covers(exchange, difference.Aspect)
                    select $"{exchange}: {difference.Aspect}: {difference.Detail}");
            }
        }

        Assert.True(unlisted.Count == 0, $"{unlisted.Count} differences are not in docs/compatibility.md:\n{string.Join('\n', unlisted)}");
        var unneeded = table.Unneeded().ToList();
        Assert.True(unneeded.Count == 0, $"Nothing needs these patterns of docs/compatibility.md:\n{string.Join('\n', unneeded)}");
    }

    /// <summary>Reads while it sends: a server may refuse a body, and close, before all of it has arrived.</summary>
    private static async Task<IReadOnlyList<Difference>> ReplayAsync(Exchange exchange, ReplaySession session)
    {
        using var connection = await RawConnection.OpenAsync(session.Server.Address);
        var sending = SendAsync(connection, session.Request(exchange));
        var differences = exchange.Response.TryGetProperty("raw_http", out var raw)
            ? await CompareRawAsync(raw.GetString()!, connection.Stream)
            : await CompareOneAsync(exchange, session, connection.Stream);
        await sending;
        return differences;
    }

    private static async Task SendAsync(RawConnection connection, byte[] request)
    {
        try
        {
            await connection.SendAsync(request);
        }
        catch (IOException)
        {
            // Refused half-way; what was answered is read.
        }
    }

    private static async Task<IReadOnlyList<Difference>> CompareOneAsync(Exchange exchange, ReplaySession session, Stream stream)
    {
        var noBody = exchange.Request.GetProperty("method").GetString() == "HEAD";
        var answer = await WireAnswer.ReadAsync(stream, noBody, TestContext.Current.CancellationToken);
        Assert.True(answer is not null, $"{exchange} was not answered.");
        session.Learn(exchange, answer);
        return [.. Comparison.Compare(exchange.Response, answer, exchange.Tolerance)];
    }

    /// <summary>Several answers may have been recorded as one text. Interim ones are left out: a server that has the body already need not send any.</summary>
    private static async Task<IReadOnlyList<Difference>> CompareRawAsync(string recorded, Stream stream)
    {
        using var expected = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(recorded));
        var differences = new List<Difference>();
        while (await NextAsync(expected) is { } one)
        {
            if (await NextAsync(stream) is { } answer)
                differences.AddRange(Comparison.Compare(one.Recorded(), answer));
            else
                differences.Add(new($"status {one.Status} → none", ""));
        }

        return differences;
    }

    private static async Task<WireAnswer?> NextAsync(Stream stream)
    {
        WireAnswer? answer;
        do
            answer = await WireAnswer.ReadAsync(stream, noBody: false, TestContext.Current.CancellationToken);
        while (answer is { Status: < 200 });
        return answer;
    }
}
