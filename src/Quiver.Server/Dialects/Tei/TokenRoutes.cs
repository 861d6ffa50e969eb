using System.Buffers;
using System.Text.Json;
using Quiver.Server.Dialects.Tei.Bodies;
using Quiver.Server.Hosting;
using Quiver.Tokenization;

namespace Quiver.Server.Dialects.Tei;

/// <summary>POST /tokenize and /decode: from texts to tokens, and back.</summary>
/// <param name="turns">How many texts are tokenized at a time; the others wait, so that those who want vectors find a core.</param>
internal sealed class TokenRoutes(TeiModel model, BodyMemory bodyMemory, SemaphoreSlim turns)
{
    /// <summary>Tokens take forty times the room of their text: a large answer goes out text by text, chunked.</summary>
    private const int PieceBytes = 64 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/tokenize", TokenizeAsync).WithMetadata(TeiDocumentation.Tokenize);
        routes.MapPost("/decode", DecodeAsync).WithMetadata(TeiDocumentation.Decode);
    }

    private async Task TokenizeAsync(HttpContext context)
    {
        using var body = await TeiRequest.ReadAsync(context, bodyMemory);
        var call = TeiRequest.Parse(body, new TokenizeBody());
        if (call.Inputs.Count == 0)
            throw new TeiException(TeiError.Empty("`inputs` cannot be empty"));
        model.RequireBatch(call.Inputs.Count);
        var prompt = model.PromptText(model.Prompt(call.PromptName));
        foreach (var text in call.Inputs)
            model.RequireText(text, truncate: false);

        context.Response.ContentType = "application/json";
        var piece = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(piece, JsonAnswer.Plain);
        json.WriteStartArray();
        foreach (var text in call.Inputs)
        {
            await turns.WaitAsync(context.RequestAborted);
            try
            {
                WriteTokens(json, prompt + text, model.Embedder.Inspect(text, prompt, call.AddSpecialTokens));
                json.Flush();
            }
            finally
            {
                turns.Release();
            }

            if (piece.WrittenCount < PieceBytes)
                continue;
            // However slowly the answer is read, what was sent counts no longer.
            body.Dispose();
            await context.Response.Body.WriteAsync(piece.WrittenMemory, context.RequestAborted);
            piece.ResetWrittenCount();
        }

        json.WriteEndArray();
        json.Flush();
        if (!context.Response.HasStarted)
            context.Response.ContentLength = piece.WrittenCount;
        body.Dispose();
        await context.Response.Body.WriteAsync(piece.WrittenMemory, context.RequestAborted);
    }

    private async Task DecodeAsync(HttpContext context)
    {
        IReadOnlyList<string> texts;
        using (var body = await TeiRequest.ReadAsync(context, bodyMemory))
        {
            var call = TeiRequest.Parse(body, new DecodeBody());
            model.RequireBatch(call.Ids.Count);
            if (call.Ids.Count == 0 || call.Ids.Exists(ids => ids.Length == 0))
                throw new TeiException(TeiError.Invalid("`input_ids` cannot be empty") with { Status = 400, Type = "Empty" });
            texts = call.Ids.ConvertAll(ids => model.Embedder.Decode(ids, call.SkipSpecialTokens));
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var text in texts)
                json.WriteStringValue(text);
            json.WriteEndArray();
        });
    }

    /// <summary>Places are bytes of the prompted text in UTF-8; a token is shown as the text says it, or where it stands for none, as it is spelled.</summary>
    private static void WriteTokens(Utf8JsonWriter json, string text, TokenizedText tokens)
    {
        var places = new Utf8Places(text);
        json.WriteStartArray();
        for (var i = 0; i < tokens.Ids.Count; i++)
        {
            var (start, end) = tokens.Utf16Offsets[i];
            json.WriteStartObject();
            json.WriteNumber("id"u8, tokens.Ids[i]);
            if (tokens.SpecialTokensMask[i])
            {
                json.WriteString("text"u8, tokens.Tokens[i]);
                json.WriteBoolean("special"u8, true);
                json.WriteNull("start"u8);
                json.WriteNull("stop"u8);
            }
            else
            {
                json.WriteString("text"u8, text.AsSpan()[Math.Min(start, text.Length)..Math.Min(end, text.Length)]);
                json.WriteBoolean("special"u8, false);
                json.WriteNumber("start"u8, places.At(start));
                json.WriteNumber("stop"u8, places.At(end));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
