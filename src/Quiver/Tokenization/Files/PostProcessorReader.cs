using Quiver.Tokenization.PostProcessing;

namespace Quiver.Tokenization.Files;

/// <summary>Reads the "post_processor" of a tokenizer.json.</summary>
internal static class PostProcessorReader
{
    public static PostProcessor Read(JsonMember json)
    {
        if (json.IsNull)
            return PostProcessor.None;
        var result = PostProcessor.None;
        var hasTemplate = false;

        // To a trimmer behind these the first token of a text is the special one, so that it treats the text's own first otherwise.
        var joinsSpecials = false;
        foreach (var step in Flatten(json))
        {
            var type = step["type"].Text();
            if (type != "ByteLevel" && hasTemplate)
                throw step["type"].Problem("a second template is not known to Quiver");
            if (type == "ByteLevel" && joinsSpecials && step["trim_offsets"].Flag(orElse: true))
                throw step["trim_offsets"].Problem("behind BertProcessing or RobertaProcessing is not known to Quiver");
            hasTemplate |= type != "ByteLevel";
            joinsSpecials |= type is "BertProcessing" or "RobertaProcessing";
            result = type switch
            {
                "ByteLevel" => ReadByteLevel(step, result),
                "TemplateProcessing" => ReadTemplate(step, result),
                "BertProcessing" => ReadBert(step, result),
                "RobertaProcessing" => ReadRoberta(step, result),
                _ => throw step["type"].Problem($"\"{type}\" is not a post-processor Quiver knows"),
            };
        }

        return result;
    }

    private static IEnumerable<JsonMember> Flatten(JsonMember json)
    {
        if (json["type"].Text() != "Sequence")
            return [json];
        json.AllowOnly("type", "processors");
        return json["processors"].Items().SelectMany(Flatten);
    }

    private static PostProcessor ReadByteLevel(JsonMember json, PostProcessor before)
    {
        json.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
        return json["trim_offsets"].Flag(orElse: true)
            ? before with { Trims = [.. before.Trims, new OffsetTrimmer(json["add_prefix_space"].Flag())] }
            : before;
    }

    private static PostProcessor ReadBert(JsonMember json, PostProcessor before)
    {
        json.AllowOnly("type", "sep", "cls");
        var (cls, sep) = (ReadToken(json["cls"]), ReadToken(json["sep"]));
        return before with
        {
            Single = new Template([Special(cls, 0), First(0), Special(sep, 0)]),
            Pair = new Template([Special(cls, 0), First(0), Special(sep, 0), Second(1), Special(sep, 1)]),
        };
    }

    private static PostProcessor ReadRoberta(JsonMember json, PostProcessor before)
    {
        json.AllowOnly("type", "sep", "cls", "trim_offsets", "add_prefix_space");
        var (cls, sep) = (ReadToken(json["cls"]), ReadToken(json["sep"]));
        var trims = json["trim_offsets"].Flag(orElse: true);
        var keepsPrefixSpace = json["add_prefix_space"].Flag(orElse: true);
        return new PostProcessor(
            new Template([Special(cls, 0), First(0), Special(sep, 0)]),
            new Template([Special(cls, 0), First(0), Special(sep, 0), Special(sep, 0), Second(0), Special(sep, 0)]),
            trims ? [.. before.Trims, new OffsetTrimmer(keepsPrefixSpace)] : before.Trims);
    }

    private static PostProcessor ReadTemplate(JsonMember json, PostProcessor before)
    {
        json.AllowOnly("type", "single", "pair", "special_tokens");
        var specials = json["special_tokens"].Members().ToDictionary(
            member => member.Name,
            member =>
            {
                member.Value.AllowOnly("id", "ids", "tokens");
                return member.Value["ids"].Items().Select(ReadId).ToArray();
            },
            StringComparer.Ordinal);
        return before with
        {
            Single = ReadTemplate(json["single"], specials, texts: 1),
            Pair = ReadTemplate(json["pair"], specials, texts: 2),
        };
    }

    private static Template ReadTemplate(JsonMember json, Dictionary<string, int[]> specials, int texts)
    {
        var items = json.Items().Select(item => ReadItem(item, specials)).ToArray();
        var firsts = items.Count(item => item.Part == TemplatePart.First);
        var seconds = items.Count(item => item.Part == TemplatePart.Second);
        return firsts == 1 && seconds == texts - 1
            ? new Template(items)
            : throw json.Problem(texts == 1 ? "must hold A once and no B" : "must hold A once and B once");
    }

    private static TemplateItem ReadItem(JsonMember json, Dictionary<string, int[]> specials)
    {
        json.AllowOnly("Sequence", "SpecialToken");
        var isText = json["SpecialToken"].IsNull;
        var item = isText ? json["Sequence"] : json["SpecialToken"];
        item.AllowOnly("id", "type_id");
        var typeId = item["type_id"].Integer(0, int.MaxValue);
        if (isText)
            return new TemplateItem(item["id"].OneOf(("A", TemplatePart.First), ("B", TemplatePart.Second)), typeId, []);
        var name = item["id"].Text();
        return specials.TryGetValue(name, out var ids)
            ? new TemplateItem(TemplatePart.Special, typeId, ids)
            : throw item["id"].Problem($"\"{name}\" is not among the special_tokens");
    }

    private static int ReadToken(JsonMember json)
    {
        var pair = json.Items().ToArray();
        if (pair.Length != 2)
            throw json.Problem("must be a token and its id");
        return ReadId(pair[1]);
    }

    private static int ReadId(JsonMember json) => json.Integer(0, VocabularyReader.LargestId);

    private static TemplateItem Special(int id, int typeId) => new(TemplatePart.Special, typeId, [id]);

    private static TemplateItem First(int typeId) => new(TemplatePart.First, typeId, []);

    private static TemplateItem Second(int typeId) => new(TemplatePart.Second, typeId, []);
}
