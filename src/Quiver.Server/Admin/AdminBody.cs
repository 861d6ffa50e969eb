using System.Text.Json;
using Quiver.Accounts;
using Quiver.Diagnostics;

namespace Quiver.Server.Admin;

/// <summary>The members of a small JSON object, each asked for by name and type. A member that nobody knows is an error: it would be a change that is not made.</summary>
internal sealed class AdminBody
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    private readonly Dictionary<string, JsonElement> _members;

    private AdminBody(Dictionary<string, JsonElement> members) => _members = members;

    /// <param name="json">Empty counts as an object without members.</param>
    /// <exception cref="QuiverException"><see cref="ErrorKind.InvalidInput"/>; no value is quoted.</exception>
    public static AdminBody Read(ReadOnlySpan<byte> json, params ReadOnlySpan<string> known)
    {
        if (json.IsEmpty)
            return new AdminBody([]);
        var members = new Dictionary<string, JsonElement>();
        try
        {
            using var document = JsonDocument.Parse(json.ToArray(), Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Invalid("The body is a JSON object.", null);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!known.Contains(member.Name))
                    throw Invalid($"There is no such member. Known are {string.Join(", ", known)}.", null);
                if (member.Value.ValueKind != JsonValueKind.Null)
                    members.Add(member.Name, member.Value.Clone());
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Invalid("The body is not well-formed JSON.", null);
        }

        return new AdminBody(members);
    }

    public string? Text(string name)
    {
        if (!_members.TryGetValue(name, out var value))
            return null;
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Invalid($"'{name}' is a string.", name);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            throw Invalid($"'{name}' is not well-formed.", name);
        }
    }

    public bool? Flag(string name) => _members.TryGetValue(name, out var value)
        ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => throw Invalid($"'{name}' is true or false.", name) }
        : null;

    /// <summary>Days, at least one.</summary>
    public TimeSpan? Days(string name)
    {
        if (!_members.TryGetValue(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var days) && days is >= 1 and <= 36_500
            ? TimeSpan.FromDays(days)
            : throw Invalid($"'{name}' is a whole number of days, 1 to 36500.", name);
    }

    public Scopes? Permissions(string name)
    {
        if (!_members.TryGetValue(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(element => element.ValueKind != JsonValueKind.String))
            throw Invalid($"'{name}' is a list of strings.", name);
        try
        {
            return ScopeNames.TryParse(value.EnumerateArray().Select(element => element.GetString()!), out var scopes, out _)
                ? scopes
                : throw Invalid($"'{name}' holds a permission that is unknown. Known are {string.Join(", ", ScopeNames.All)}.", name);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            throw Invalid($"'{name}' is not well-formed.", name);
        }
    }

    public string Required(string name) => Text(name) ?? throw Invalid($"'{name}' is missing.", name);

    /// <summary>The prefix of a key to be made.</summary>
    public string KeyPrefix(string name) => Text(name) switch
    {
        null => ApiKey.EmbedCachePrefix,
        var prefix when ApiKey.Prefixes.Contains(prefix) => prefix,
        _ => throw Invalid($"'{name}' is one of {string.Join(", ", ApiKey.Prefixes)}.", name),
    };

    private static QuiverException Invalid(string message, string? member) => new(ErrorKind.InvalidInput, message) { Parameter = member };
}
