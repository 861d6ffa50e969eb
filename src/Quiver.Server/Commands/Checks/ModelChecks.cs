using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Models;
using Quiver.Server.Configuration;

namespace Quiver.Server.Commands.Checks;

/// <summary>Whether each model is there, loads, and computes as it should.</summary>
internal static class ModelChecks
{
    private static readonly string[] Texts = ["a quiver holds arrows", "an arrow flies"];

    public static IEnumerable<Finding> Look(ServeOptions options, TimeProvider time) => options.Models.Select(model => Look(model, options, time));

    private static Finding Look(string name, ServeOptions options, TimeProvider time)
    {
        try
        {
            var start = time.GetTimestamp();
            using var model = LocalModels.Load(name, options.Precision);
            if (Fault(model) is { } fault)
                return Finding.Fail("model", $"{name} {fault}", "Its files are damaged, or this machine computes wrongly: fetch the model again, then try another machine.");
            return Finding.Ok("model", $"{model.Name} loads and computes in {time.GetElapsedTime(start).TotalSeconds:F1} s: {model.Width} dimensions, up to {model.MaxTokens} tokens");
        }
        catch (Exception exception) when (exception is QuiverException or ModelFormatException or IOException or UnauthorizedAccessException)
        {
            return Finding.Fail("model", exception.Message.TrimEnd('.'), "`quiver models list` shows those that are here; --model takes one of them, or a folder.");
        }
    }

    /// <summary>Numbers are finite, and a text's vector does not depend on the texts beside it.</summary>
    private static string? Fault(EmbeddingModel model)
    {
        TokenizedInput[] inputs = [.. Texts.Select(text => model.Tokenize(text))];
        var together = new float[inputs.Length * model.Width];
        model.Embed(inputs, together);
        if (!together.All(float.IsFinite))
            return "computes numbers that are not finite";

        var alone = new float[model.Width];
        for (var i = 0; i < inputs.Length; i++)
        {
            model.Embed(inputs.AsSpan(i, 1), alone);
            if (!alone.AsSpan().SequenceEqual(together.AsSpan(i * model.Width, model.Width)))
                return "gives a text another vector when it stands beside others";
        }

        return null;
    }
}
