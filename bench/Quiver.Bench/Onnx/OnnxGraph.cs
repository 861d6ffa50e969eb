using System.Runtime.InteropServices;

namespace Quiver.Bench.Onnx;

/// <summary>Element types of ONNX tensors, numbered as <c>TensorProto.DataType</c>.</summary>
internal enum OnnxType
{
    Float = 1,
    Int8 = 3,
    Int32 = 6,
    Int64 = 7,
}

/// <summary>
/// An ONNX model under construction: nodes in execution order, weights as initializers. Field numbers are those of onnx.proto3
/// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
/// </summary>
internal sealed class OnnxGraph(string name)
{
    /// <summary>The domain of ONNX Runtime's own fused operators.</summary>
    public const string MicrosoftDomain = "com.microsoft";

    // LayerNormalization entered the standard with opset 17; ReduceSum takes its axes as an input since 13.
    private const int Opset = 17;
    private const int IrVersion = 8;

    private readonly ProtobufMessage _graph = new();
    private int _values;

    public string Input(string input, OnnxType type, params ReadOnlySpan<string> symbolicShape)
    {
        _graph.Message(11, ValueInfo(input, type, symbolicShape));
        return input;
    }

    public void Output(string output, OnnxType type, params ReadOnlySpan<string> symbolicShape) =>
        _graph.Message(12, ValueInfo(output, type, symbolicShape));

    public string Floats(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) =>
        Initializer(OnnxType.Float, MemoryMarshal.AsBytes(values), shape);

    public string Int8(ReadOnlySpan<sbyte> values, params ReadOnlySpan<int> shape) =>
        Initializer(OnnxType.Int8, MemoryMarshal.AsBytes(values), shape);

    public string Int64(params ReadOnlySpan<long> values) =>
        Initializer(OnnxType.Int64, MemoryMarshal.AsBytes(values), [values.Length]);

    public string Scalar(float value) => Initializer(OnnxType.Float, MemoryMarshal.AsBytes([value]), []);

    /// <summary>Adds a node with one output, which is returned.</summary>
    public string Node(string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Node(operation, inputs, 1, attributes)[0];

    /// <summary>Adds a node. An empty input name leaves an optional input out.</summary>
    public string[] Node(string operation, ReadOnlySpan<string> inputs, int outputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var results = new string[outputs];
        for (var i = 0; i < outputs; i++)
            results[i] = NextValue();
        AddNode(operation, inputs, results, attributes);
        return results;
    }

    /// <summary>Gives a value the name of an output.</summary>
    public void NameOutput(string value, string output) => AddNode("Identity", [value], [output], []);

    public void Save(string path)
    {
        _graph.Text(2, name);
        var model = new ProtobufMessage()
            .Integer(1, IrVersion)
            .Text(2, "Quiver.Bench")
            .Message(7, _graph)
            .Message(8, new ProtobufMessage().Text(1, "").Integer(2, Opset))
            .Message(8, new ProtobufMessage().Text(1, MicrosoftDomain).Integer(2, 1));
        using var file = File.Create(path);
        model.WriteTo(file);
    }

    private void AddNode(string operation, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new ProtobufMessage();
        foreach (var input in inputs)
            node.Text(1, input);
        foreach (var output in outputs)
            node.Text(2, output);
        node.Text(3, $"{operation}_{outputs[0]}");
        var separator = operation.IndexOf("::", StringComparison.Ordinal);
        node.Text(4, separator < 0 ? operation : operation[(separator + 2)..]);
        foreach (var attribute in attributes)
            node.Message(5, attribute.Encode());
        if (separator >= 0)
            node.Text(7, operation[..separator]);
        _graph.Message(1, node);
    }

    private string Initializer(OnnxType type, ReadOnlySpan<byte> littleEndianData, ReadOnlySpan<int> shape)
    {
        var value = NextValue();
        var tensor = new ProtobufMessage();
        foreach (var dimension in shape)
            tensor.Integer(1, dimension);
        _graph.Message(5, tensor.Integer(2, (int)type).Text(8, value).Bytes(9, littleEndianData.ToArray()));
        return value;
    }

    private static ProtobufMessage ValueInfo(string value, OnnxType type, ReadOnlySpan<string> symbolicShape)
    {
        var shape = new ProtobufMessage();
        foreach (var dimension in symbolicShape)
            shape.Message(1, new ProtobufMessage().Text(2, dimension));
        var tensorType = new ProtobufMessage().Integer(1, (int)type).Message(2, shape);
        return new ProtobufMessage().Text(1, value).Message(2, new ProtobufMessage().Message(1, tensorType));
    }

    private string NextValue() => $"v{_values++}";
}

/// <summary>A named constant of a node: an integer, a float, a string or a list of integers.</summary>
internal readonly struct OnnxAttribute
{
    private readonly ProtobufMessage _message;

    private OnnxAttribute(ProtobufMessage message) => _message = message;

    public static OnnxAttribute Of(string name, long value) => new(new ProtobufMessage().Text(1, name).Integer(3, value).Integer(20, 2));

    public static OnnxAttribute Of(string name, float value) => new(new ProtobufMessage().Text(1, name).Single(2, value).Integer(20, 1));

    public static OnnxAttribute Of(string name, params ReadOnlySpan<long> values)
    {
        var message = new ProtobufMessage().Text(1, name);
        foreach (var value in values)
            message.Integer(8, value);
        return new(message.Integer(20, 7));
    }

    public ProtobufMessage Encode() => _message;
}
