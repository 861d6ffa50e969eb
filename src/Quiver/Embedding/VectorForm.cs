using Quiver.Encoding;

namespace Quiver.Embedding;

/// <summary>What is derived from a base vector: its first elements, at unit length or as they are.</summary>
/// <remarks>The only place where vectors are cut and scaled, so that every answer derived from one base vector agrees.</remarks>
internal readonly record struct VectorForm(int Dimensions, bool Normalize)
{
    /// <summary>Whether the form is the base vector itself.</summary>
    /// <param name="width">Elements of the base vector.</param>
    public bool IsBase(int width) => Dimensions == width && !Normalize;

    /// <summary>Whether it is the form that most ask for, whose text is worth keeping: the whole vector, at unit length.</summary>
    public bool IsWholeUnit(int width) => Dimensions == width && Normalize;

    /// <summary>A new vector ([Dimensions]) of this form. A zero vector stays zero.</summary>
    /// <param name="baseVector">At least <see cref="Dimensions"/> elements, all finite.</param>
    public float[] Derive(ReadOnlySpan<float> baseVector)
    {
        var vector = baseVector[..Dimensions].ToArray();
        if (Normalize)
            UnitLength.Normalize(vector);
        return vector;
    }
}
