using System.CommandLine;
using Quiver.Server.Commands;

namespace Quiver.Server.Configuration;

/// <summary>Options may come from the environment: QUIVER_API_KEY for --api-key. What stands on the command line goes first.</summary>
internal static class EnvironmentVariables
{
    /// <summary>The option's value from the command line, else from its variable under the same rules, else its default.</summary>
    /// <remarks>
    /// The variables are not the options' defaults: help prints those, keys included. An empty variable counts as not set. Options that
    /// repeat take values separated by commas.
    /// </remarks>
    /// <exception cref="UsageException">The variable holds nothing the option takes.</exception>
    public static T? ValueOrVariable<T>(this ParseResult arguments, Option<T> option)
    {
        var variable = NameFor(option);
        if (arguments.GetResult(option) is { Implicit: false } || Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } value)
            return arguments.GetValue(option);

        var parsed = new Command("environment") { option }.Parse(AsArguments(option, value), CommandLine.Literal);
        return parsed.Errors is [var error, ..] ? throw new UsageException($"{variable}: {error.Message}") : parsed.GetValue(option);
    }

    public static string NameFor(Option option) => "QUIVER_" + option.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    private static string[] AsArguments<T>(Option<T> option, string value) => option switch
    {
        Option<bool> => [option.Name, value.ToUpperInvariant() switch { "1" or "YES" or "ON" => "true", "0" or "NO" or "OFF" => "false", _ => value }],
        { Arity.MaximumNumberOfValues: > 1 } => [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).SelectMany(one => new[] { option.Name, one })],
        _ => [option.Name, value],
    };
}
