namespace Quiver.Embedding;

/// <summary>What a vector's elements are in an answer.</summary>
public enum ElementType
{
    /// <summary>float32: the vector itself. All others are derived from it at unit length.</summary>
    Float,

    /// <summary>One byte an element, −127 to 127: the element in parts of the model's <see cref="IEmbedder.CodeLimit"/>, rounded.</summary>
    Int8,

    /// <summary>The same with 128 added: 1 to 255, and 128 for 0.</summary>
    UInt8,

    /// <summary>One bit an element, 1 where it is above 0, the first in the highest bit of a byte; each byte less 128, from −128 to 127.</summary>
    Binary,

    /// <summary>The same bits, as bytes from 0 to 255.</summary>
    UBinary,
}
