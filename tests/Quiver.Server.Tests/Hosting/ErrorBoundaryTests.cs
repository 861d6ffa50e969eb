using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Quiver.Server.Dialects.OpenAi;
using Quiver.Server.Hosting;

namespace Quiver.Server.Tests.Hosting;

public sealed class ErrorBoundaryTests
{
    [Fact]
    public async Task A_connection_that_is_reset_within_a_body_is_a_caller_that_left()
    {
        var (context, record) = Request();
        context.Request.Body = new ResetStream();
        await Boundary().InvokeAsync(context, async each => (await RequestBody.ReadAsync(each.Request, new BodyMemory(100_000), CancellationToken.None)).Dispose());

        Assert.True(record.ClientGone);
        Assert.Null(record.Failure);
    }

    [Fact]
    public async Task A_fault_in_the_middle_of_an_answer_sends_none_of_it()
    {
        var (context, record) = Request();
        var sent = new MemoryStream();
        context.Response.Body = sent;
        await Boundary().InvokeAsync(context, each => JsonAnswer.WriteAsync(each, json =>
        {
            json.WriteStartObject();
            json.WriteString("half", "an answer");
            throw new InvalidOperationException();
        }));

        Assert.Equal(Quiver.Diagnostics.ErrorKind.Internal, record.Failure);
        Assert.Equal(500, context.Response.StatusCode);
        Assert.DoesNotContain("half", System.Text.Encoding.UTF8.GetString(sent.ToArray()), StringComparison.Ordinal);
    }

    private static ErrorBoundary Boundary() => new(NullLogger<ErrorBoundary>.Instance, OpenAiErrorRenderer.Shared);

    private static (DefaultHttpContext Context, RequestRecord Record) Request()
    {
        var (context, record) = (new DefaultHttpContext(), new RequestRecord("req_1", TimeProvider.System));
        context.Features.Set(record);
        return (context, record);
    }

    private sealed class ResetStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new ConnectionResetException("reset by peer");
    }
}
