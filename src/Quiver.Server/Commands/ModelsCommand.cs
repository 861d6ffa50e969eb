using System.CommandLine;
using Quiver.Models;

namespace Quiver.Server.Commands;

/// <summary><c>quiver models</c>: which models there are, and what they are.</summary>
internal static class ModelsCommand
{
    private static readonly Argument<string[]> Folders = new("FOLDER")
    {
        Description = "Further places to look in: a model, a folder of models, or a Hugging Face cache.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Argument<string> Model = new("NAME|FOLDER") { Description = "A name that 'quiver models list' shows, or a folder." };

    public static Command Create()
    {
        var list = new DocumentedCommand("list", "List the models of this installation, and those below folders you name.")
        {
            Examples = """
                quiver models list
                quiver models list ~/.cache/huggingface/hub
                """,
        };
        list.Add(Folders);
        list.SetAction(arguments => List(LocalModels.Catalogue(arguments.GetValue(Folders)!)));

        var show = new DocumentedCommand("show", "Describe one model.") { Examples = "quiver models show all-MiniLM-L6-v2" };
        show.Add(Model);
        show.SetAction(arguments => Show(LocalModels.Open(arguments.GetValue(Model)!)));

        var calibrate = new DocumentedCommand("calibrate", "Measure how large the elements of a model's vectors become, for int8 answers, and store it in its folder.")
        {
            Examples = "quiver models calibrate ./my-model --input texts.txt",
        };
        calibrate.Add(Model);
        var input = new InputOptions(calibrate);
        calibrate.SetAction(async (arguments, cancellationToken) =>
        {
            using var texts = input.Open(arguments, textOnly: true);
            return await Calibration.RunAsync(arguments.GetValue(Model)!, texts, cancellationToken);
        });

        var models = new DocumentedCommand("models", "List, describe and calibrate local models.") { list, show, calibrate };
        models.SetAction(_ => List(LocalModels.Catalogue()));
        return models;
    }

    private static int List(ModelCatalogue catalogue)
    {
        var models = catalogue.List();
        var table = new TextTable(
            "model", "architecture", TextColumn.Number("width"), TextColumn.Number("layers"), TextColumn.Number("max tokens"), TextColumn.Number("size"), "licence");
        foreach (var model in models.Where(model => model.Problem is null))
        {
            table.Add(
                model.Name, model.Architecture, $"{model.Width}", $"{model.Layers}", $"{model.MaxTokens}", Megabytes(model.SizeOnDisk), model.License ?? "");
        }

        table.WriteTo(Console.Out);
        foreach (var model in models.Where(model => model.Problem is not null))
            Console.Error.WriteLine($"quiver: {model.Name} cannot be used: {model.Problem}");
        return ExitCode.Success;
    }

    private static int Show(ModelFolder model)
    {
        var table = new TextTable("", "");
        foreach (var (name, value) in Describe(model)) table.Add(name, value);
        table.WriteTo(Console.Out);
        return ExitCode.Success;
    }

    private static IEnumerable<(string Name, string Value)> Describe(ModelFolder model)
    {
        var config = model.Config;
        yield return ("name", model.Name);
        yield return ("folder", model.Path);
        yield return ("architecture", config.ModelType);
        yield return ("vector", $"{model.Width} elements{(model.Modules is [.., NormalizeModule] ? ", unit length" : "")}");
        yield return ("max tokens", $"{model.MaxTokens}, special tokens included");
        yield return ("layers", $"{config.Layers} × {config.HiddenSize} wide, {config.Heads} heads");
        yield return ("feed-forward", $"{config.IntermediateSize} wide, {config.Activation}");
        yield return ("vocabulary", $"{config.VocabularySize} tokens");
        yield return ("modules", string.Join(" → ", model.Modules.Select(Describe)));
        foreach (var (name, prompt) in model.Prompts)
            yield return ($"prompt {name}", $"\"{prompt}\"{(name == model.DefaultPromptName ? " (default)" : "")}");
    }

    private static string Describe(ModelModule module) => module switch
    {
        TransformerModule => "transformer",
        PoolingModule pooling => $"{string.Join(" + ", pooling.Modes)} pooling",
        DenseModule dense => $"dense {dense.Inputs} to {dense.Outputs}, {dense.Activation}",
        LayerNormModule => "layer norm",
        NormalizeModule => "unit length",
        _ => throw new InvalidOperationException($"No description of {module.GetType().Name}."),
    };

    private static string Megabytes(long bytes) => $"{bytes / 1e6:N1} MB";
}
