using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Quiver.Diagnostics;

namespace Quiver.Providers;

/// <summary>Calls tenants' providers: within a deadline, again where that may help, and without a word of the answer in what goes wrong.</summary>
/// <remarks>Thread-safe; one for all tenants.</remarks>
internal sealed class ProviderClient : IDisposable
{
    /// <summary>Of a call, with all its attempts and waits, the one for its turn included.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Calls under way at a time, of all tenants: each may hold an answer in memory. One host has fewer connections, so that one which hangs is not all.</summary>
    private const int MaxCalls = 256;

    private const int MaxAttempts = 3;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    private readonly EndpointRule _rule;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _calls = new(MaxCalls);

    public ProviderClient(ProviderNetwork network, EndpointRule rule, TimeProvider time)
    {
        (_rule, _time) = (rule, time);
        _http = new HttpMessageInvoker(GuardedHandler.Create(network), disposeHandler: true);
    }

    /// <summary>Vector i for text i.</summary>
    /// <param name="width">What a vector must have, or null while that is not known.</param>
    /// <exception cref="QuiverException"><see cref="ErrorKind.ProviderFailed"/>, with the same words whatever it was.</exception>
    public async Task<float[][]> EmbedAsync(ProviderDefinition definition, ProviderKey key, IReadOnlyList<string> texts, int? width, CancellationToken cancellationToken)
    {
        // The wait for a turn counts: nobody is kept longer than the deadline says.
        var start = _time.GetTimestamp();
        using var late = new CancellationTokenSource(Deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await _calls.WaitAsync(either.Token);
            try
            {
                var vectors = await TryAsync(definition, key, texts, width, start, either.Token);
                Count("ok");
                return vectors;
            }
            finally
            {
                _calls.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Count(nameof(ProviderFault.TimedOut));
            throw ProviderFailure.ForTenant();
        }
        catch (ProviderFailure failure)
        {
            Count(failure.Fault.ToString());
            throw ProviderFailure.ForTenant(failure);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _calls.Dispose();
    }

    private async Task<float[][]> TryAsync(
        ProviderDefinition definition, ProviderKey key, IReadOnlyList<string> texts, int? width, long start, CancellationToken cancellationToken)
    {
        RequireAllowed(definition);
        var body = definition.Template.Fill(texts);
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            try
            {
                var answer = await SendAsync(definition.Endpoint, key, body, ProviderAnswer.MaxBytes(texts.Count, width), cancellationToken);
                return ProviderAnswer.Read(answer, definition, texts.Count, width);
            }
            catch (ProviderFailure failure) when (failure.MayPass && attempt < MaxAttempts)
            {
                wait = failure.RetryAfter ?? BackOff(attempt);
                // Nobody waits for what will come too late.
                if (_time.GetElapsedTime(start) + wait >= Deadline)
                    throw;
            }

            await Task.Delay(wait, _time, cancellationToken);
        }
    }

    /// <summary>The list may have become shorter since the provider was saved.</summary>
    private void RequireAllowed(ProviderDefinition definition)
    {
        try
        {
            _rule.Require(definition.Endpoint.AbsoluteUri);
        }
        catch (QuiverException exception)
        {
            throw new ProviderFailure(ProviderFault.Unsafe, exception);
        }
    }

    private async Task<ReadOnlyMemory<byte>> SendAsync(Uri endpoint, ProviderKey key, ReadOnlyMemory<byte> body, int maxBytes, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = key.Authorization;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Quiver", null));
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            if (FailureOf(response) is { } failure)
                throw failure;
            return await ReadAsync(response.Content, maxBytes, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            // A judged address stays judged; everything else of a network may pass.
            throw exception.InnerException as ProviderFailure ?? new ProviderFailure(ProviderFault.Unreachable, exception) { MayPass = true };
        }
        catch (IOException exception)
        {
            throw new ProviderFailure(ProviderFault.Unreachable, exception) { MayPass = true };
        }
    }

    private ProviderFailure? FailureOf(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        >= 200 and < 300 => null,
        429 => new ProviderFailure(ProviderFault.Busy) { MayPass = true, RetryAfter = RetryAfter(response) },
        >= 300 and < 400 => new ProviderFailure(ProviderFault.Redirected),
        >= 400 and < 500 => new ProviderFailure(ProviderFault.Refused) { MayPass = response.StatusCode is HttpStatusCode.RequestTimeout },
        _ => new ProviderFailure(ProviderFault.Failed) { MayPass = true, RetryAfter = RetryAfter(response) },
    };

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var after = response.Headers.RetryAfter;
        var wait = after?.Delta ?? (after?.Date - _time.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxBytes)
            throw new ProviderFailure(ProviderFault.TooLarge);
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        // Grows with what has arrived, never by what the provider promises.
        var buffer = new byte[16 * 1024];
        for (var length = 0; ;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
                return buffer.AsMemory(0, length);
            length += read;
            if (length > maxBytes)
                throw new ProviderFailure(ProviderFault.TooLarge);
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(maxBytes + 1L, buffer.Length * 2L));
        }
    }

    /// <summary>Half a second, then a second; a fifth more or less, so that many do not come back at once.</summary>
    private static TimeSpan BackOff(int attempt) => FirstWait * (1 << (attempt - 1)) * (0.8 + (Random.Shared.NextDouble() * 0.4));

    private static void Count(string outcome) => QuiverMeter.ProviderCalls.Add(1, new TagList { { "outcome", outcome } });
}
