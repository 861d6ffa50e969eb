namespace Quiver.Models;

/// <summary>Reads modules.json and each module's config.json, in the forms sentence-transformers has written up to version 6.</summary>
/// <remarks>An empty module folder may be missing: git and some downloads do not keep it, and there is nothing to read in it.</remarks>
internal static class ModelModuleReader
{
    private const int MaxModules = 32;
    private const int MaxWidth = 1 << 17;

    /// <summary>The old form, one boolean each, in the order in which their vectors are joined.</summary>
    private static readonly (string Key, PoolingMode Mode)[] BooleanModes =
    [
        ("pooling_mode_cls_token", PoolingMode.Cls),
        ("pooling_mode_max_tokens", PoolingMode.Max),
        ("pooling_mode_mean_tokens", PoolingMode.Mean),
        ("pooling_mode_mean_sqrt_len_tokens", PoolingMode.MeanSqrtLength),
        ("pooling_mode_weightedmean_tokens", PoolingMode.WeightedMean),
        ("pooling_mode_lasttoken", PoolingMode.LastToken),
    ];

    /// <exception cref="ModelFormatException">A module is unknown, or its settings contradict the modules before it.</exception>
    public static IReadOnlyList<ModelModule> Read(string folder)
    {
        var file = Path.Combine(folder, "modules.json");

        // sentence-transformers' own rule for a plain transformers folder: mean pooling, and no normalization.
        if (!File.Exists(file))
            return [new TransformerModule(folder), new PoolingModule([PoolingMode.Mean], IncludePrompt: true)];

        var modules = new List<ModelModule>();
        foreach (var entry in ModelJson.Read(file).Items(MaxModules))
        {
            if (ReadModule(folder, file, entry) is { } module)
                modules.Add(module);
        }

        if (modules is not [TransformerModule, ..] || modules.Skip(1).Any(module => module is TransformerModule))
            throw new ModelFormatException(file, "must start with the one Transformer module");
        return modules;
    }

    private static ModelModule? ReadModule(string root, string file, ModelJson entry)
    {
        var path = entry.Find("path")?.String() ?? "";
        var folder = path.Length == 0 ? root : ContainedPath.Resolve(root, path, file);
        var type = entry.Require("type");
        var name = type.String();
        if (!name.StartsWith("sentence_transformers.", StringComparison.Ordinal))
            throw type.Fault("is not a module of sentence-transformers: it would need its own code");

        return name[(name.LastIndexOf('.') + 1)..] switch
        {
            "Transformer" => new TransformerModule(folder),
            "Pooling" => ReadPooling(Settings(folder)),
            "Dense" => ReadDense(folder, Settings(folder)),
            "LayerNorm" => new LayerNormModule(folder, Settings(folder).Require("dimension").Int(1, MaxWidth)),
            "Normalize" => new NormalizeModule(),
            "Dropout" => null,
            _ => throw type.Fault("is not a module Quiver runs; Transformer, Pooling, Dense, LayerNorm and Normalize are"),
        };
    }

    private static ModelJson Settings(string folder) =>
        ModelJson.Read(ContainedPath.Resolve(folder, "config.json", Path.Combine(folder, "config.json")));

    private static PoolingModule ReadPooling(ModelJson settings)
    {
        var modes = settings.Find("pooling_mode") is { } named ? ReadNamedModes(named) : ReadBooleanModes(settings);
        return new PoolingModule(modes, settings.Find("include_prompt")?.Bool() ?? true);
    }

    /// <summary>The form since sentence-transformers 6: one name, or a list whose order is the order of joining.</summary>
    private static PoolingMode[] ReadNamedModes(ModelJson named)
    {
        if (named.Element.ValueKind == System.Text.Json.JsonValueKind.String)
            return [ModeOf(named)];
        var modes = named.Items(BooleanModes.Length).Select(ModeOf).ToArray();
        return modes.Length > 0 ? modes : throw named.Fault("must name a mode");
    }

    private static PoolingMode ModeOf(ModelJson name) =>
        PoolingNames.Find(name.String()) ?? throw name.Fault("is not a pooling mode Quiver knows");

    private static PoolingMode[] ReadBooleanModes(ModelJson settings)
    {
        var modes = BooleanModes.Where(mode => settings.Find(mode.Key)?.Bool() ?? false).Select(mode => mode.Mode).ToArray();
        return modes.Length > 0 ? modes : [PoolingMode.Mean];
    }

    private static DenseModule ReadDense(string folder, ModelJson settings)
    {
        if (settings.Find("use_residual")?.Bool() ?? false)
            throw settings.Fault("use_residual is not something Quiver computes");
        foreach (var end in (ReadOnlySpan<string>)["module_input_name", "module_output_name"])
        {
            if (settings.Find(end) is { } feature && feature.String() != "sentence_embedding")
                throw feature.Fault("is not the pooled vector");
        }

        return new DenseModule(
            folder,
            settings.Require("in_features").Int(1, MaxWidth),
            settings.Require("out_features").Int(1, MaxWidth),
            settings.Find("bias")?.Bool() ?? true,
            settings.Find("activation_function") is { } activation ? ActivationOf(activation) : DenseActivation.Tanh);
    }

    private static DenseActivation ActivationOf(ModelJson name) => name.String() switch
    {
        "torch.nn.modules.linear.Identity" => DenseActivation.Identity,
        "torch.nn.modules.activation.Tanh" => DenseActivation.Tanh,
        "torch.nn.modules.activation.ReLU" => DenseActivation.Relu,
        "torch.nn.modules.activation.GELU" => DenseActivation.Gelu,
        "torch.nn.modules.activation.Sigmoid" => DenseActivation.Sigmoid,
        _ => throw name.Fault("is not an activation Quiver computes"),
    };
}
