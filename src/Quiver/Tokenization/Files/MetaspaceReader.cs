using Quiver.Tokenization.Decoders;
using Quiver.Tokenization.PreTokenizers;

namespace Quiver.Tokenization.Files;

/// <summary>
/// Reads Metaspace, which is a pre-tokenizer and a decoder. Older files say "add_prefix_space"; as in the reference, false is only
/// accepted beside "prepend_scheme": "never", and a missing scheme is "always".
/// </summary>
internal static class MetaspaceReader
{
    public static MetaspacePreTokenizer ReadPreTokenizer(JsonMember json) =>
        new(CharacterReader.Read(json["replacement"]), ReadScheme(json), json["split"].Flag(orElse: true));

    public static MetaspaceDecoder ReadDecoder(JsonMember json) =>
        new(CharacterReader.Read(json["replacement"]), ReadScheme(json) != PrependScheme.Never);

    private static PrependScheme ReadScheme(JsonMember json)
    {
        var scheme = json["prepend_scheme"].IsNull ? (PrependScheme?)null : json["prepend_scheme"].OneOf(
            ("always", PrependScheme.Always), ("first", PrependScheme.First), ("never", PrependScheme.Never));
        if (json["add_prefix_space"].Flag(orElse: true))
            return scheme ?? PrependScheme.Always;
        if (scheme is null or PrependScheme.Never)
            return PrependScheme.Never;
        throw json["add_prefix_space"].Problem("contradicts prepend_scheme");
    }
}
