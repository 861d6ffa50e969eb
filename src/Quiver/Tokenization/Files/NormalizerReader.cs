using System.Diagnostics;
using Quiver.Tokenization.Normalizers;
using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Files;

/// <summary>Reads the "normalizer" of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    public static Normalizer? Read(JsonMember json) => json.IsNull ? null : ReadStep(json);

    private static Normalizer ReadStep(JsonMember json)
    {
        var type = json["type"].Text();
        json.AllowOnly([
            "type", .. type switch
            {
                "Sequence" => ["normalizers"],
                "BertNormalizer" => ["clean_text", "handle_chinese_chars", "strip_accents", "lowercase"],
                "Strip" => ["strip_left", "strip_right"],
                "Prepend" => ["prepend"],
                "Replace" => ["pattern", "content"],
                "Precompiled" => ["precompiled_charsmap"],
                "NFC" or "NFD" or "NFKC" or "NFKD" or "Lowercase" or "StripAccents" or "Nmt" or "ByteLevel" => (string[])[],
                _ => throw json["type"].Problem($"\"{type}\" is not a normalizer Quiver knows"),
            },
        ]);
        return type switch
        {
            "Sequence" => new SequenceNormalizer([.. json["normalizers"].Items().Select(ReadStep)]),
            "BertNormalizer" => ReadBert(json),
            "NFC" => new UnicodeNormalizer(NormalizationForm.Nfc),
            "NFD" => new UnicodeNormalizer(NormalizationForm.Nfd),
            "NFKC" => new UnicodeNormalizer(NormalizationForm.Nfkc),
            "NFKD" => new UnicodeNormalizer(NormalizationForm.Nfkd),
            "Lowercase" => new LowercaseNormalizer(),
            "StripAccents" => new FilterNormalizer(CharacterClass.CombiningMark),
            "Strip" => new StripNormalizer(json["strip_left"].Flag(), json["strip_right"].Flag()),
            "Prepend" => new PrependNormalizer(Utf8Of(json["prepend"])),
            "Replace" => new ReplaceNormalizer(PatternReader.Read(json["pattern"]), Utf8Of(json["content"])),
            "Precompiled" => ReadPrecompiled(json["precompiled_charsmap"]),
            "Nmt" => new NmtNormalizer(),
            "ByteLevel" => new ByteLevelNormalizer(),
            _ => throw new UnreachableException(),
        };
    }

    private static BertNormalizer ReadBert(JsonMember json)
    {
        var lowercase = json["lowercase"].Flag(orElse: true);
        return new BertNormalizer(
            cleansText: json["clean_text"].Flag(orElse: true),
            spacesIdeographs: json["handle_chinese_chars"].Flag(orElse: true),
            stripsAccents: json["strip_accents"].Flag(orElse: lowercase),
            lowercase);
    }

    private static PrecompiledNormalizer ReadPrecompiled(JsonMember json)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(json.Text());
        }
        catch (FormatException)
        {
            throw json.Problem("is not base64");
        }

        return new PrecompiledNormalizer(Charsmap.Read(bytes, out var problem) ?? throw json.Problem(problem!));
    }

    private static byte[] Utf8Of(JsonMember json) => System.Text.Encoding.UTF8.GetBytes(json.Text());
}
