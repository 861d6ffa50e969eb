using System.Diagnostics.CodeAnalysis;

namespace Quiver.Secrets;

/// <summary>The first key encrypts; all of them decrypt. A new key is put in front, secrets are sealed anew with it, then the old one goes.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class KeyRing
{
    private readonly FernetKey[] _keys;

    /// <param name="keys">At least one.</param>
    public KeyRing(IEnumerable<FernetKey> keys)
    {
        _keys = [.. keys];
        ArgumentOutOfRangeException.ThrowIfZero(_keys.Length);
    }

    /// <summary>The key that encrypts.</summary>
    public FernetKey First => _keys[0];

    public string Encrypt(ReadOnlySpan<byte> plaintext, DateTimeOffset time) => Fernet.Encrypt(First, plaintext, time);

    /// <returns>false if no key of the ring opens it.</returns>
    public bool TryDecrypt(string token, [NotNullWhen(true)] out byte[]? plaintext)
    {
        foreach (var key in _keys)
        {
            if (Fernet.TryDecrypt(key, token, out plaintext, out _))
                return true;
        }

        plaintext = null;
        return false;
    }

    /// <summary>The same secret, sealed with the first key; the time it was sealed first is kept.</summary>
    /// <param name="rotated">The new token; the old one where the first key sealed it already.</param>
    /// <returns>false if no key of the ring opens it.</returns>
    public bool TryRotate(string token, [NotNullWhen(true)] out string? rotated)
    {
        foreach (var key in _keys)
        {
            if (!Fernet.TryDecrypt(key, token, out var plaintext, out var time))
                continue;
            rotated = key == First ? token : Fernet.Encrypt(First, plaintext, time);
            return true;
        }

        rotated = null;
        return false;
    }
}
