using System.CommandLine;
using Quiver.Encoding;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands;

/// <summary>Which model a command works with, and how.</summary>
/// <remarks>Each enumeration's first member is its default: help would print another default value with a capital that the option refuses.</remarks>
internal static class ModelOptions
{
    public static Option<string> Model() => new("--model", "-m")
    {
        HelpName = "NAME|FOLDER",
        Description = "A model that 'quiver models list' shows, or a sentence-transformers or Hugging Face folder.",
        DefaultValueFactory = _ => Installation.DefaultModel,
    };

    public static Option<Precision> Precision()
    {
        var option = new Option<Precision>("--precision")
        {
            HelpName = "int16|f32",
            Description = "Arithmetic of the encoder: int16 is the fast one and the default, f32 the reference.",
        };
        option.AcceptOnlyFromAmong("int16", "f32");
        return option;
    }
}
