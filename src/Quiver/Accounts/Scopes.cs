namespace Quiver.Accounts;

/// <summary>What a key may be used for. Written as "embed:text", "stores:read" and so on; "*" is all of them.</summary>
[Flags]
public enum Scopes
{
    None = 0,
    EmbedText = 1 << 0,
    EmbedImage = 1 << 1,
    EmbedMultimodal = 1 << 2,
    Search = 1 << 3,
    StoresRead = 1 << 4,
    StoresWrite = 1 << 5,
    Files = 1 << 6,
    Admin = 1 << 7,

    /// <summary>Also those that later versions add: kept as "*", not as a list.</summary>
    All = -1,
}
