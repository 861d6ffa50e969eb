using Quiver.Embedding;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>The prompt that a call asks for by "prompt_name", or has for its "input_type".</summary>
internal static class PromptChoice
{
    /// <returns>The prompt, or null for the model's default.</returns>
    /// <exception cref="OpenAiException">The model has no prompt of the name.</exception>
    /// <exception cref="Diagnostics.QuiverException">There is no such model.</exception>
    public static string? Of(EmbeddingsCall call, ModelDirectory models)
    {
        if (call.PromptName is null && call.InputType is null)
            return null;

        var model = models.Get(call.Request.Model);
        if (call.PromptName is not { } name)
            return InputTypes.PromptFor(model, call.InputType!);
        return model.Prompts.TryGetValue(name, out var prompt)
            ? prompt
            : throw BodyErrors.WrongValue("prompt_name", model.Prompts.Count == 0 ? "This model has no prompts." : $"This model has: {string.Join(", ", model.Prompts.Keys.Order(StringComparer.Ordinal))}.");
    }
}
