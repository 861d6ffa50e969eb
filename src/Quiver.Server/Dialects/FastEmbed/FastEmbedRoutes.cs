using System.Globalization;
using System.Text.Json;
using Quiver.Embedding;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.FastEmbed;

/// <summary>The route of the FastEmbed Query API: one text, one vector. See docs/fastembed.md for what is supported and what differs.</summary>
internal sealed class FastEmbedRoutes(EmbeddingService embeddings, ServeOptions options, TimeProvider time)
{
    /// <summary>In characters, as the service says; it counted bytes.</summary>
    private const int MaxCharacters = 2000;

    private const int MaxBodyBytes = 2 * 1024 * 1024;

    /// <summary>The answer beside the vector, whose numbers take at most 16 bytes each.</summary>
    private const int AnswerBytes = 256;

    /// <summary>A body names no model: it is the first one served.</summary>
    private readonly string _model = embeddings.Models.Names[0];

    private readonly JsonEncodedText _modelText = JsonEncodedText.Encode(embeddings.Models.Names[0]);

    private readonly int _width = embeddings.Models.Get(embeddings.Models.Names[0]).Width;

    private readonly int _specialTokens = embeddings.Models.Get(embeddings.Models.Names[0]).SpecialTokens;

    public static FastEmbedError NotDeclaredAsJson { get; } = new(415, "unsupported_media_type", "Expected request with `Content-Type: application/json`");

    /// <summary>POST /v1/embed, where EmbedCache has a route too.</summary>
    public PathClaim Embed => new("fastembed", FastEmbedErrorRenderer.Shared, FastEmbedDocumentation.Embed, MaxBodyBytes, EmbedAsync)
    {
        KeyPrefix = "fe_",
        Members = ["normalize"],
    };

    private async Task EmbedAsync(HttpContext context, RequestBody body)
    {
        if (!RequestBody.IsDeclaredAsJson(context.Request) || RequestBody.IsCompressed(context.Request))
            throw new FastEmbedException(NotDeclaredAsJson);
        var start = time.GetTimestamp();
        var call = EmbedReader.Read(body.Bytes);
        body.ReturnBytes();
        var record = RequestRecord.Of(context);
        record.Asked(1);
        RequireLength(call.Text);

        var request = new EmbeddingRequest(_model, [new EmbeddingInput(call.Text)]) { Normalize = call.Normalize, TokenLimit = options.FastEmbedMaxTokens };
        var result = await embeddings.EmbedAsync(request.AskedBy(context), context.RequestAborted);
        record.Count(result);

        using var answer = new AnswerBuffer(AnswerBytes + (16 * _width));
        Write(answer, result, time.GetElapsedTime(start));
        await answer.SendAsync(context);
    }

    /// <summary>FastEmbed's members, with EmbedCache's, whose route this is too.</summary>
    private void Write(AnswerBuffer answer, EmbeddingResult result, TimeSpan latency)
    {
        answer.Write("{\"embedding\":"u8);
        answer.WriteVector(result, 0);
        answer.Write(",\"model\":\""u8);
        answer.Write(_modelText.EncodedUtf8Bytes);
        answer.Write("\",\"tokens\":"u8);
        answer.Write(result.Tokens(0) - _specialTokens);
        answer.Write(result.Cached(0) ? ",\"cached\":true"u8 : ",\"cached\":false"u8);
        answer.Write(",\"dimensions\":"u8);
        answer.Write(result.Dimensions);
        answer.Write(",\"latency_ms\":"u8);
        latency.TotalMilliseconds.TryFormat(answer.Room(32), out var written, "F3", CultureInfo.InvariantCulture);
        answer.Advance(written);
        answer.Write("}"u8);
    }

    private static void RequireLength(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new FastEmbedException(FastEmbedError.InvalidRequest(400, "Text cannot be empty or only whitespace"));
        // Surrogate pairs are one character: a text of up to twice the limit in UTF-16 may be within it.
        if (text.Length > MaxCharacters && text.EnumerateRunes().Count() > MaxCharacters)
            throw new FastEmbedException(FastEmbedError.InvalidRequest(400, $"Text exceeds {MaxCharacters} characters"));
    }
}
