using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Net.Http.Headers;

namespace Quiver.Server.Hosting;

/// <summary>A whole request body in one pooled array; it, and what was read from it, counts against <see cref="BodyMemory"/> until disposed.</summary>
/// <remarks>Kestrel itself refuses a body over its limit, chunked ones included, and one that trickles.</remarks>
internal sealed class RequestBody : IDisposable
{
    private const int FirstSize = 4096;

    private readonly BodyMemory _memory;
    private byte[] _buffer = [];
    private int _length;
    private int _counted;

    private RequestBody(BodyMemory memory) => _memory = memory;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Whether the content type is application/json or ends in +json, in UTF-8 where it names a charset.</summary>
    public static bool IsDeclaredAsJson(HttpRequest request) =>
        // As good as every request says it in these words: nothing to parse.
        request.ContentType == "application/json"
        || (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether the body comes in a coding, which no route reads.</summary>
    public static bool IsCompressed(HttpRequest request) => request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity";

    /// <exception cref="BadHttpRequestException">The body is too large, too slow or not well-formed HTTP.</exception>
    /// <exception cref="Quiver.Diagnostics.QuiverException">All bodies together are too large.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, BodyMemory memory, CancellationToken cancellationToken)
    {
        var body = new RequestBody(memory);
        try
        {
            await body.FillAsync(request.BodyReader, cancellationToken);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Returns the bytes to the pool. They stay counted, in place of the texts that were read from them.</summary>
    public void ReturnBytes()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _length) = ([], 0);
    }

    public void Dispose()
    {
        ReturnBytes();
        _memory.Give(_counted);
        _counted = 0;
    }

    private async Task FillAsync(PipeReader source, CancellationToken cancellationToken)
    {
        Grow(FirstSize);
        // A read that a token ends leaves Kestrel unable to pass over the rest of the body, and it says so in the log: the read is told to end.
        await using var late = cancellationToken.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), source);
        try
        {
            for (var complete = false; !complete;)
            {
                var read = await source.ReadAsync(CancellationToken.None);
                try
                {
                    if (read.IsCanceled)
                        throw new BadHttpRequestException("The body did not arrive in time.", StatusCodes.Status408RequestTimeout);
                    Take(read.Buffer);
                }
                finally
                {
                    source.AdvanceTo(read.Buffer.End);
                }

                complete = read.IsCompleted;
            }
        }
        catch (IOException exception) when (exception is not (BadHttpRequestException or ConnectionResetException))
        {
            // Kestrel reports some malformed chunks this way.
            throw new BadHttpRequestException("The body is not well-formed HTTP.", StatusCodes.Status400BadRequest, exception);
        }
    }

    private void Take(in ReadOnlySequence<byte> arrived)
    {
        foreach (var piece in arrived)
        {
            if (_buffer.Length - _length < piece.Length)
                Grow(Math.Max(_length * 2, _length + piece.Length));
            piece.Span.CopyTo(_buffer.AsSpan(_length));
            _length += piece.Length;
        }
    }

    /// <summary>Grows with what has arrived, never by what Content-Length promises.</summary>
    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            _memory.Take(larger.Length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(larger);
            throw;
        }

        Bytes.CopyTo(larger);
        var length = _length;
        Dispose();
        (_buffer, _length, _counted) = (larger, length, larger.Length);
    }
}
