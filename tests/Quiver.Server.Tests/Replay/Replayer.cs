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
    public static async Task RunAsync(string recording, string server, Func<string, Task<TestServer>> start)
    {
        var table = CompatibilityTable.Of(server);
        var unlisted = new List<string>();
        foreach (var setup in Exchange.Recorded(recording).Where(exchange => !table.LeavesOut(exchange)).GroupBy(exchange => exchange.Setup))
        {
            await using var quiver = await start(setup.Key);
            foreach (var exchange in setup)
            {
                unlisted.AddRange(
                    from difference in await ReplayAsync(exchange, quiver.Address)
                    where !table.Covers(exchange, difference.Aspect)
                    select $"{exchange}: {difference.Aspect}: {difference.Detail}");
            }
        }

        Assert.True(unlisted.Count == 0, $"{unlisted.Count} differences are not in docs/compatibility.md:\n{string.Join('\n', unlisted)}");
        var unneeded = table.Unneeded().ToList();
        Assert.True(unneeded.Count == 0, $"Nothing needs these patterns of docs/compatibility.md:\n{string.Join('\n', unneeded)}");
    }

    private static async Task<IReadOnlyList<Difference>> ReplayAsync(Exchange exchange, Uri address)
    {
        var request = exchange.Request;
        using var connection = await RawConnection.OpenAsync(address);
        try
        {
            await connection.SendAsync(RecordedRequest.Bytes(request, address));
        }
        catch (IOException)
        {
            // A server may refuse a body, and close, before all of it was sent; what it answered is still there.
        }

        if (exchange.Response.TryGetProperty("raw_http", out var raw))
            return await CompareRawAsync(raw.GetString()!, connection.Stream);

        var answer = await WireAnswer.ReadAsync(connection.Stream, request.GetProperty("method").GetString() == "HEAD", TestContext.Current.CancellationToken);
        Assert.True(answer is not null, $"{exchange} was not answered.");
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
