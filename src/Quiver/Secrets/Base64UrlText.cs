using System.Buffers.Text;

namespace Quiver.Secrets;

/// <summary>base64url with its padding (RFC 4648 §5), and for each list of bytes one text only: what differs in unused bits is refused.</summary>
internal static class Base64UrlText
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');

    /// <returns>null if the text is not what <see cref="Encode"/> would give.</returns>
    public static byte[]? TryDecode(string text)
    {
        if (text.Length % 4 != 0 || !Base64Url.IsValid(text))
            return null;
        var bytes = Base64Url.DecodeFromChars(text);
        return Encode(bytes).Equals(text, StringComparison.Ordinal) ? bytes : null;
    }
}
