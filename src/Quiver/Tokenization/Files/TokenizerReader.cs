using System.Text.Json;
using Quiver.Models;

namespace Quiver.Tokenization.Files;

/// <summary>Reads a whole tokenizer.json. Trusts nothing in it.</summary>
internal static class TokenizerReader
{
    private const long LargestFile = 256 << 20;
    private const int DeepestNesting = 64;

    /// <summary>No published chain of steps can make one byte more than a few hundred.</summary>
    private const double MostGrowth = 4096;

    public static TokenizerParts Load(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= LargestFile
                ? Parse(File.ReadAllBytes(path), path)
                : throw new ModelFormatException(path, $"is larger than {LargestFile >> 20} MiB");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(path, "cannot be read", exception);
        }
    }

    public static TokenizerParts Parse(ReadOnlyMemory<byte> utf8Json, string source)
    {
        if (utf8Json.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            utf8Json = utf8Json[3..];
        try
        {
            using var document = JsonDocument.Parse(utf8Json, new JsonDocumentOptions { MaxDepth = DeepestNesting });
            return Read(new JsonMember(document.RootElement, source, ""));
        }
        catch (JsonException exception)
        {
            throw new ModelFormatException(source, "is not valid JSON, or is nested too deeply", exception);
        }
    }

    private static TokenizerParts Read(JsonMember json)
    {
        json.AllowOnly(
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
        if (!json["version"].IsNull && json["version"].Text() != "1.0")
            throw json["version"].Problem("must be \"1.0\"");
        var normalizer = NormalizerReader.Read(json["normalizer"]);
        var preTokenizer = PreTokenizerReader.Read(json["pre_tokenizer"]);
        if ((normalizer?.Growth ?? 1) * (preTokenizer?.Growth ?? 1) > MostGrowth)
            throw json["normalizer"].Problem($"can make a text more than {MostGrowth} times as long");
        var model = ModelReader.Read(json["model"]);
        var added = AddedTokensReader.Read(json["added_tokens"], model.Vocabulary);
        return new TokenizerParts(
            new AddedTokens(added, normalizer), normalizer, preTokenizer, model,
            PostProcessorReader.Read(json["post_processor"]), DecoderReader.Read(json["decoder"]),
            ReadTruncation(json["truncation"]), ReadPadding(json["padding"]));
    }

    private static EncodeOptions? ReadTruncation(JsonMember json)
    {
        if (json.IsNull)
            return null;
        json.AllowOnly("direction", "max_length", "strategy", "stride");

        // How far the windows of what was cut off overlap. There are no such windows here; what is kept does not depend on it.
        if (!json["stride"].IsNull)
            json["stride"].Integer(0, int.MaxValue);
        return new EncodeOptions
        {
            MaxLength = json["max_length"].Integer(0, int.MaxValue),
            Side = ReadSide(json["direction"]),
            Strategy = json["strategy"].OneOf(
                ("LongestFirst", TruncationStrategy.LongestFirst),
                ("OnlyFirst", TruncationStrategy.OnlyFirst),
                ("OnlySecond", TruncationStrategy.OnlySecond)),
        };
    }

    private static Padding? ReadPadding(JsonMember json)
    {
        if (json.IsNull)
            return null;
        json.AllowOnly("strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token");
        var strategy = json["strategy"];
        return new Padding(
            strategy.Kind == JsonValueKind.String ? strategy.OneOf(("BatchLongest", 0)) : strategy["Fixed"].Integer(0, int.MaxValue),
            json["pad_to_multiple_of"].IsNull ? 0 : json["pad_to_multiple_of"].Integer(0, int.MaxValue),
            ReadSide(json["direction"]),
            json["pad_id"].Integer(0, VocabularyReader.LargestId),
            json["pad_type_id"].Integer(0, int.MaxValue),
            json["pad_token"].Text());
    }

    private static TruncationSide ReadSide(JsonMember json) =>
        json.IsNull ? TruncationSide.Right : json.OneOf(("Right", TruncationSide.Right), ("Left", TruncationSide.Left));
}
