using Quiver.Encoding;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>What is served.</summary>
internal static class ModelSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<IReadOnlyList<string>>("models.serve", "--model", List(Text("NAME|FOLDER", "names of models, or folders")))
        {
            ShortFlag = "-m",
            Description = "The models to serve: names that 'quiver models list' shows, or sentence-transformers or Hugging Face folders. The flag may be given several times.",
            Get = options => options.Models,
            Set = (options, models) => options with { Models = models },
            ServiceVariables =
            [
                new("fastembed", "MODEL_NAME") { Translate = Installation.ModelCalled },
                new("tei", "MODEL_ID") { Translate = Installation.ModelCalled },
            ],
        },
        new Setting<IReadOnlyList<KeyValuePair<string, string>>>("models.aliases", "--alias", Pairs("NAME=MODEL", "names, each with the model it stands for: NAME=MODEL"))
        {
            Description = "A further name for a served model, such as text-embedding-3-small. The flag may be given several times.",
            Get = options => options.Aliases,
            Set = (options, aliases) => options with { Aliases = aliases },
        },
        new Setting<Precision>("models.precision", "--precision", Choice(("int16", Precision.Int16), ("f32", Precision.F32)))
        {
            Description = "Arithmetic of the encoder: int16 is the fast one, f32 the reference. Both give one vector space.",
            Get = options => options.Precision,
            Set = (options, precision) => options with { Precision = precision },
            ServiceVariables = [new("tei", "DTYPE") { Translate = dtype => dtype == "float32" ? "f32" : null }],
        },
        new Setting<bool?>("models.auto_truncate", "--auto-truncate", Optional(Switch))
        {
            Description = "Cut a text over the model's limit, and flag it, instead of refusing it. A request may say otherwise by \"truncate\".",
            DefaultDescription = "TEI's routes cut, and with --compat tei all do; else the others refuse",
            Get = options => options.AutoTruncate,
            Set = (options, cut) => options with { AutoTruncate = cut },
            ServiceVariables = [new("tei", "AUTO_TRUNCATE")],
        },
    ];
}
