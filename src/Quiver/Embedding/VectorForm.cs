using Quiver.Diagnostics;
using Quiver.Encoding;

namespace Quiver.Embedding;

/// <summary>What is derived from a base vector: its first elements, at unit length or as they are, as floats or as codes.</summary>
/// <remarks>The only place where vectors are cut, scaled and coded, so that every answer derived from one base vector agrees.</remarks>
internal readonly record struct VectorForm(int Dimensions, bool Normalize, ElementType Type = ElementType.Float)
{
    /// <summary>The form that a request asks for.</summary>
    /// <param name="width">Of the model's vectors.</param>
    /// <exception cref="QuiverException">The model gives no such form.</exception>
    public static VectorForm Of(EmbeddingRequest request, int width)
    {
        if (request.Dimensions is { } dimensions && (dimensions < 1 || dimensions > width))
            throw new QuiverException(ErrorKind.InvalidInput, $"Invalid value for 'dimensions': {dimensions}. This model gives 1 to {width}.") { Parameter = "dimensions" };
        if (!request.Normalize && request.ElementType is ElementType.Int8 or ElementType.UInt8)
            throw new QuiverException(ErrorKind.InvalidInput, "int8 and uint8 vectors are at unit length: they cannot be asked for without normalization.") { Parameter = "normalize" };
        return new VectorForm(request.Dimensions ?? width, request.Normalize, request.ElementType);
    }

    /// <summary>Whether the form is the base vector itself.</summary>
    /// <param name="width">Elements of the base vector.</param>
    public bool IsBase(int width) => Dimensions == width && !Normalize;

    /// <summary>Whether it is the form that most ask for, whose text is worth keeping: the whole vector, at unit length, as floats.</summary>
    public bool IsWholeUnit(int width) => Dimensions == width && Normalize && Type == ElementType.Float;

    /// <summary>A new vector ([Dimensions]) of this form, before it is coded. A zero vector stays zero.</summary>
    /// <param name="baseVector">At least <see cref="Dimensions"/> elements, all finite.</param>
    public float[] Derive(ReadOnlySpan<float> baseVector)
    {
        var vector = baseVector[..Dimensions].ToArray();
        if (Normalize)
            UnitLength.Normalize(vector);
        return vector;
    }
}
