namespace Quiver.Models;

internal static class TensorTypes
{
    /// <summary>Reads a header's dtype: case matters, and a number is not a name.</summary>
    public static bool TryParse(string name, out TensorType type) =>
        Enum.TryParse(name, out type) && type.ToString() == name;

    /// <summary>Bytes of one element.</summary>
    public static int Size(this TensorType type) => type switch
    {
        TensorType.F64 or TensorType.C64 or TensorType.I64 or TensorType.U64 => 8,
        TensorType.F32 or TensorType.I32 or TensorType.U32 => 4,
        TensorType.F16 or TensorType.BF16 or TensorType.I16 or TensorType.U16 => 2,
        _ => 1,
    };

    /// <summary>Whether the elements widen to float32 without loss.</summary>
    public static bool IsWeight(this TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16;
}
