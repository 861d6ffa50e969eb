using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace Quiver.Secrets;

/// <summary>Where a sealed secret belongs: it opens nowhere else.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">The row that holds it.</param>
internal readonly record struct SecretPlace(string Tenant, string Id);

/// <summary>Seals texts for rows of a database. What was copied from one row to another does not open there.</summary>
/// <remarks>Thread-safe. Fernet knows no associated data, so the place stands inside, beside the text: JSON with "tenant", "id" and "secret".</remarks>
internal sealed class SecretBox(KeyRing keys, TimeProvider time)
{
    public string Seal(SecretPlace place, string secret)
    {
        var plaintext = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(plaintext))
        {
            json.WriteStartObject();
            json.WriteString("tenant"u8, place.Tenant);
            json.WriteString("id"u8, place.Id);
            json.WriteString("secret"u8, secret);
            json.WriteEndObject();
        }

        return keys.Encrypt(plaintext.WrittenSpan, time.GetUtcNow());
    }

    /// <returns>false if no key opens it, or it belongs elsewhere.</returns>
    public bool TryOpen(SecretPlace place, string token, [NotNullWhen(true)] out string? secret)
    {
        secret = null;
        if (!keys.TryDecrypt(token, out var plaintext))
            return false;
        try
        {
            using var json = JsonDocument.Parse(plaintext);
            if (json.RootElement is { ValueKind: JsonValueKind.Object } root
                && Holds(root, "tenant"u8, place.Tenant) && Holds(root, "id"u8, place.Id)
                && root.TryGetProperty("secret"u8, out var text) && text.ValueKind == JsonValueKind.String)
                secret = text.GetString();
        }
        catch (JsonException)
        {
            // Sealed with a key of the ring, but not by a box.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }

        return secret is not null;
    }

    private static bool Holds(JsonElement root, ReadOnlySpan<byte> name, string expected) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(expected);
}
