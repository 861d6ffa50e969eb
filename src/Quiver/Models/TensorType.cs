namespace Quiver.Models;

/// <summary>Element types of a safetensors file, named as its header names them. Quiver computes with the first three only.</summary>
/// <remarks>Source: the dtype table of the safetensors format. Its narrow float types (F8, F6, F4) are refused as unknown.</remarks>
public enum TensorType
{
    F32,
    F16,
    BF16,
    F64,
    C64,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    BOOL,
}
