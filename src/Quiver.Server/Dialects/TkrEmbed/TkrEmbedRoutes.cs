using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Quiver.Accounts;
using Quiver.Embedding;
using Quiver.Limits;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>The routes of tkr-embed that embed and compare. See docs/tkr-embed.md for what is supported and what differs.</summary>
internal sealed class TkrEmbedRoutes(EmbeddingService embeddings, BodyMemory bodyMemory, ServeOptions options, TimeProvider time)
{
    /// <summary>A body names no model: it is the first one served.</summary>
    private readonly string _model = embeddings.Models.Names[0];

    private readonly JsonEncodedText _modelText = JsonEncodedText.Encode(embeddings.Models.Names[0], JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    /// <summary>POST /similarity, where TEI has a route too.</summary>
    public PathClaim Similarity => new("tkr-embed", TkrEmbedErrorRenderer.Shared, TkrEmbedDocumentation.Similarity, QuiverHost.MaxBodyBytes, CompareAsync)
    {
        KeyPrefix = "emb_",
        Members = ["query_embeddings", "candidate_embeddings"],
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithMetadata(TkrEmbedErrorRenderer.Shared);
        group.MapPost("/embed/text", EmbedAsync).Needs(Access.Key(Scopes.EmbedText)).WithMetadata(TkrEmbedDocumentation.Text);
        // Known, and with the key and the limits of all others, so that a client learns why there is no vector; described nowhere.
        group.MapPost("/embed/image", RefuseImageAsync).Needs(Access.Key(Scopes.EmbedImage)).ExcludeFromDescription();
        group.MapPost("/embed/multimodal", RefuseImageAsync).Needs(Access.Key(Scopes.EmbedMultimodal)).ExcludeFromDescription();
    }

    private async Task EmbedAsync(HttpContext context)
    {
        var start = time.GetTimestamp();
        TextBody call;
        using (var body = await RequestBody.ReadAsync(context.Request, bodyMemory, context.RequestAborted))
            call = TkrEmbedException.Bodies.Read(context.Request, body.Bytes, new TextBody());

        var record = RequestRecord.Of(context);
        record.Asked(call.Texts.Count);
        var request = new EmbeddingRequest(_model, [.. call.Texts.Select(text => new EmbeddingInput(text))])
        {
            Normalize = call.Normalize,
            LongInput = options.AutoTruncate ?? true ? LongInput.Truncate : LongInput.Refuse,
        };
        var result = await embeddings.EmbedAsync(request.AskedBy(context), context.RequestAborted);
        record.Count(result);

        using var answer = new AnswerBuffer(256 + (16 * result.Dimensions * result.Count));
        Write(answer, result);
        Finish(answer, time.GetElapsedTime(start));
        await answer.SendAsync(context);
    }

    private async Task CompareAsync(HttpContext context, RequestBody body)
    {
        var start = time.GetTimestamp();
        var call = TkrEmbedException.Bodies.Read(context.Request, body.Bytes, new VectorsBody());
        body.ReturnBytes();
        using var answer = new AnswerBuffer(256 + (16 * call.Queries.Length * call.Candidates.Length));
        Write(answer, call, context.RequestAborted);
        Finish(answer, time.GetElapsedTime(start));
        await answer.SendAsync(context);
    }

    /// <summary>Counts as any request: whoever asks in vain must not ask without end.</summary>
    private static async Task RefuseImageAsync(HttpContext context)
    {
        if (context.Features.Get<RequestCharge>() is { } charge)
            await charge.TakeAsync(new RequestCost(0, Misses: 1, 0, 0), context.RequestAborted);
        throw new TkrEmbedException(TkrEmbedError.Http(400, "The model embeds text alone. POST /embed/text takes texts."));
    }

    private void Write(AnswerBuffer answer, EmbeddingResult result)
    {
        answer.Write("{\"embeddings\":["u8);
        for (var i = 0; i < result.Count; i++)
        {
            if (i > 0)
                answer.Write(","u8);
            answer.WriteVector(result, i);
        }

        answer.Write("]"u8);
        WriteShape(answer, result.Count, result.Dimensions);
        answer.Write(",\"model\":\""u8);
        answer.Write(_modelText.EncodedUtf8Bytes);
        answer.Write("\""u8);
    }

    private static void Write(AnswerBuffer answer, VectorsBody call, CancellationToken cancellationToken)
    {
        var row = new float[call.Candidates.Length];
        answer.Write("{\"similarities\":["u8);
        for (var i = 0; i < call.Queries.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var j = 0; j < row.Length; j++)
                row[j] = Similar(call.Queries[i], call.Candidates[j], call.Metric);
            if (i > 0)
                answer.Write(","u8);
            answer.WriteNumbers(row);
        }

        answer.Write("]"u8);
        WriteShape(answer, call.Queries.Length, call.Candidates.Length);
        answer.Write(call.Metric == "cosine" ? ",\"metric\":\"cosine\""u8 : ",\"metric\":\"euclidean\""u8);
    }

    /// <summary>As the service reckons: the cosine of unit vectors, which its own are, is their product; what is far apart is near 0.</summary>
    private static float Similar(float[] query, float[] candidate, string metric) => metric == "cosine"
        ? (float)Math.Clamp(Product(query, candidate), float.MinValue, float.MaxValue)
        : (float)(1 / (1 + Distance(query, candidate)));

    private static double Product(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
            sum += (double)left[i] * right[i];
        return sum;
    }

    private static double Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            var difference = (double)left[i] - right[i];
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }

    private static void WriteShape(AnswerBuffer answer, int rows, int columns)
    {
        answer.Write(",\"shape\":["u8);
        answer.Write(rows);
        answer.Write(","u8);
        answer.Write(columns);
        answer.Write("]"u8);
    }

    private static void Finish(AnswerBuffer answer, TimeSpan duration)
    {
        answer.Write(",\"processing_time\":"u8);
        duration.TotalSeconds.TryFormat(answer.Room(32), out var written, "F6", CultureInfo.InvariantCulture);
        answer.Advance(written);
        answer.Write("}"u8);
    }
}
