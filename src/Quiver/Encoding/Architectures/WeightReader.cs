using Quiver.Models;

namespace Quiver.Encoding.Architectures;

/// <summary>Turns named tensors into layers, under whatever prefix the file puts before every name. For one loading thread.</summary>
internal sealed class WeightReader(TensorSet tensors, string prefix, Precision precision, float epsilon)
{
    /// <summary>A tensor as it lies in the file.</summary>
    public Tensor Tensor(string name, params ReadOnlySpan<int> shape) => tensors.Get(prefix + name, shape);

    public LayerNorm Norm(string name, int width) =>
        new(Floats(name + ".weight", width), Floats(name + ".bias", width), epsilon);

    public Linear Linear(string name, int inputs, int outputs, Activation activation = Activation.None, bool hasBias = true)
    {
        var weights = Tensor(name + ".weight", outputs, inputs);
        var bias = hasBias ? Floats(name + ".bias", outputs) : [];
        return new Linear((output, row) => ReadFinite(weights, output, row), bias, inputs, outputs, precision, activation);
    }

    /// <summary>Several maps of the same input as one, their outputs side by side.</summary>
    public Linear Stacked(string[] names, int inputs, int outputs)
    {
        var weights = Array.ConvertAll(names, name => Tensor(name + ".weight", outputs, inputs));
        float[] biases = [.. names.SelectMany(name => Floats(name + ".bias", outputs))];
        return new Linear(
            (output, row) => ReadFinite(weights[output / outputs], output % outputs, row), biases, inputs, names.Length * outputs, precision);
    }

    public float[] Floats(string name, params ReadOnlySpan<int> shape)
    {
        var tensor = Tensor(name, shape);
        var values = new float[tensor.ElementCount];
        tensor.CopyTo(values);
        RequireFinite(tensor, values);
        return values;
    }

    private static void ReadFinite(Tensor tensor, int row, Span<float> destination)
    {
        tensor.ReadRow(row, destination);
        RequireFinite(tensor, destination);
    }

    /// <summary>A NaN among the weights would be noticed only at the first text, if at all.</summary>
    private static void RequireFinite(Tensor tensor, ReadOnlySpan<float> values)
    {
        if (!double.IsFinite(UnitLength.SumOfSquares(values)))
            throw new ModelFormatException(tensor.File, $"tensor '{tensor.Name}': a value is not finite");
    }
}
