using System.Net.Http.Headers;
using Quiver.Diagnostics;

namespace Quiver.Providers;

/// <summary>The key that a tenant has at a provider. It prints as "***".</summary>
internal sealed class ProviderKey
{
    public const int MaxLength = 1024;

    private readonly string _text;

    /// <param name="text">Empty where the provider wants none.</param>
    /// <exception cref="QuiverException">It cannot stand in a header: a line break in it would begin another.</exception>
    public ProviderKey(string text)
    {
        if (text.Length > MaxLength || text.Any(character => character is <= ' ' or > '~'))
            throw new QuiverException(ErrorKind.InvalidInput, $"api_key has at most {MaxLength} characters, all of them visible ASCII") { Parameter = "api_key" };
        _text = text;
    }

    /// <summary>The header that carries it, or null.</summary>
    public AuthenticationHeaderValue? Authorization => _text.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", _text);

    /// <summary>The key itself, to be sealed.</summary>
    public string Reveal() => _text;

    public override string ToString() => "***";
}
