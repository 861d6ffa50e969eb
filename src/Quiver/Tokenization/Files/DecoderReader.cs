using System.Diagnostics;
using Quiver.Tokenization.Decoders;

namespace Quiver.Tokenization.Files;

/// <summary>Reads the "decoder" of a tokenizer.json.</summary>
internal static class DecoderReader
{
    public static Decoder? Read(JsonMember json) => json.IsNull ? null : ReadStep(json);

    private static Decoder ReadStep(JsonMember json)
    {
        var type = json["type"].Text();
        json.AllowOnly([
            "type", .. type switch
            {
                "Sequence" => ["decoders"],
                "WordPiece" => ["prefix", "cleanup"],
                "ByteLevel" => ["add_prefix_space", "trim_offsets", "use_regex"],
                "Metaspace" => ["replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split"],
                "BPEDecoder" => ["suffix"],
                "Strip" => ["content", "start", "stop"],
                "Replace" => ["pattern", "content"],
                "ByteFallback" or "Fuse" => (string[])[],
                _ => throw json["type"].Problem($"\"{type}\" is not a decoder Quiver knows"),
            },
        ]);
        return type switch
        {
            "Sequence" => new SequenceDecoder([.. json["decoders"].Items().Select(ReadStep)]),
            "WordPiece" => new WordPieceDecoder(json["prefix"].Text("##"), json["cleanup"].Flag(orElse: true)),
            "ByteLevel" => new ByteLevelDecoder(),
            "Metaspace" => MetaspaceReader.ReadDecoder(json),
            "BPEDecoder" => new BpeDecoder(json["suffix"].Text("</w>")),
            "ByteFallback" => new ByteFallbackDecoder(),
            "Fuse" => new FuseDecoder(),
            "Strip" => new StripDecoder(
                CharacterReader.Read(json["content"]), json["start"].Integer(0, int.MaxValue), json["stop"].Integer(0, int.MaxValue)),
            "Replace" => new ReplaceDecoder(PatternReader.Read(json["pattern"]), json["content"].Text()),
            _ => throw new UnreachableException(),
        };
    }
}
