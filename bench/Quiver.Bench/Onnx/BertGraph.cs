namespace Quiver.Bench.Onnx;

/// <summary>How a BERT graph is spelled. The first two compute the same function; int8 approximates it.</summary>
internal enum GraphFlavor
{
    /// <summary>Standard operators only, in the shape in which exporters write them and ONNX Runtime's optimizer looks for them.</summary>
    Standard,

    /// <summary>ONNX Runtime's own fused operators: Attention, SkipLayerNormalization, BiasGelu.</summary>
    Fused,

    /// <summary>Fused operators around products of int8 weights, a scale per output column, with activations quantized on the fly.</summary>
    DynamicInt8,
}

/// <summary>The dimensions of a BERT encoder.</summary>
internal sealed record BertShape(int Layers, int Hidden, int Heads, int Intermediate, int Vocabulary, int Positions, int Types, float Epsilon)
{
    public int HeadSize => Hidden / Heads;
}

/// <summary>Reads one tensor of the model as float32, row-major, and refuses any other shape.</summary>
internal delegate float[] WeightSource(string name, params ReadOnlySpan<int> shape);

/// <summary>
/// Writes a BERT encoder with masked mean pooling (before normalization) as ONNX: <c>input_ids</c> and <c>attention_mask</c> as int32
/// [batch, length] in, <c>embedding</c> [batch, hidden] out.
/// </summary>
internal sealed class BertGraph
{
    private const string Fused = OnnxGraph.MicrosoftDomain + "::";

    private readonly OnnxGraph _graph = new("bert");
    private readonly BertShape _shape;
    private readonly WeightSource _weights;
    private readonly GraphFlavor _flavor;

    private BertGraph(BertShape shape, WeightSource weights, GraphFlavor flavor)
    {
        _shape = shape;
        _weights = weights;
        _flavor = flavor;
    }

    public static void Write(string path, BertShape shape, WeightSource weights, GraphFlavor flavor) =>
        new BertGraph(shape, weights, flavor).Build().Save(path);

    private OnnxGraph Build()
    {
        var ids = _graph.Input("input_ids", OnnxType.Int32, "batch", "length");
        var mask = _graph.Input("attention_mask", OnnxType.Int32, "batch", "length");

        var hidden = Embed(ids);
        var bias = AttentionBias(mask);
        for (var layer = 0; layer < _shape.Layers; layer++)
            hidden = Layer($"encoder.layer.{layer}.", hidden, mask, bias);

        _graph.NameOutput(MeanPool(hidden, mask), "embedding");
        _graph.Output("embedding", OnnxType.Float, "batch", "hidden");
        return _graph;
    }

    private string Embed(string ids)
    {
        // One segment only, so its row is folded into every position.
        var positions = _weights("embeddings.position_embeddings.weight", _shape.Positions, _shape.Hidden);
        var types = _weights("embeddings.token_type_embeddings.weight", _shape.Types, _shape.Hidden);
        for (var i = 0; i < positions.Length; i++)
            positions[i] += types[i % _shape.Hidden];

        var words = _weights("embeddings.word_embeddings.weight", _shape.Vocabulary, _shape.Hidden);
        var gathered = _graph.Node("Gather", [_graph.Floats(words, _shape.Vocabulary, _shape.Hidden), ids]);
        var length = _graph.Node("Gather", [_graph.Node("Shape", [ids]), _graph.Int64(1)]);
        var sliced = _graph.Node("Slice", [_graph.Floats(positions, _shape.Positions, _shape.Hidden), _graph.Int64(0), length, _graph.Int64(0)]);
        return LayerNorm("embeddings.LayerNorm", _graph.Node("Add", [gathered, sliced]));
    }

    /// <summary>0 where a token stands and a large negative number where padding does, added to every row of scores.</summary>
    private string AttentionBias(string mask)
    {
        var wide = _graph.Node("Unsqueeze", [_graph.Node("Unsqueeze", [mask, _graph.Int64(1)]), _graph.Int64(2)]);
        var inverted = _graph.Node("Sub", [_graph.Scalar(1), _graph.Node("Cast", [wide], OnnxAttribute.Of("to", (long)OnnxType.Float))]);
        return _graph.Node("Mul", [inverted, _graph.Scalar(-10_000)]);
    }

    private string Layer(string prefix, string input, string mask, string bias)
    {
        var context = _flavor switch
        {
            GraphFlavor.Standard => StandardAttention(prefix + "attention.self.", input, bias),
            GraphFlavor.Fused => FusedAttention(prefix + "attention.self.", input, mask),
            _ => QuantizedAttention(prefix + "attention.self.", input, mask),
        };
        var attended = ResidualNorm(prefix + "attention.output.", context, _shape.Hidden, input);

        var (weight, innerBias) = Linear(prefix + "intermediate.dense", _shape.Intermediate, _shape.Hidden);
        var inner = Gelu(Product(attended, weight, _shape.Hidden, _shape.Intermediate), innerBias);
        return ResidualNorm(prefix + "output.", inner, _shape.Intermediate, attended);
    }

    private string StandardAttention(string prefix, string input, string bias)
    {
        var query = Heads(Affine(prefix + "query", input), 0, 2, 1, 3);
        var key = Heads(Affine(prefix + "key", input), 0, 2, 3, 1);
        var value = Heads(Affine(prefix + "value", input), 0, 2, 1, 3);
        var scores = _graph.Node("Div", [_graph.Node("MatMul", [query, key]), _graph.Scalar(MathF.Sqrt(_shape.HeadSize))]);
        var weights = _graph.Node("Softmax", [_graph.Node("Add", [scores, bias])], OnnxAttribute.Of("axis", -1));
        var context = _graph.Node("Transpose", [_graph.Node("MatMul", [weights, value])], OnnxAttribute.Of("perm", 0, 2, 1, 3));
        return _graph.Node("Reshape", [context, _graph.Int64(0, 0, _shape.Hidden)]);

        string Affine(string name, string x)
        {
            var (weight, addend) = Linear(name, _shape.Hidden, _shape.Hidden);
            return _graph.Node("Add", [Product(x, weight, _shape.Hidden, _shape.Hidden), _graph.Floats(addend, addend.Length)]);
        }

        string Heads(string x, params ReadOnlySpan<long> permutation) =>
            _graph.Node("Transpose", [_graph.Node("Reshape", [x, _graph.Int64(0, 0, _shape.Heads, _shape.HeadSize)])], OnnxAttribute.Of("perm", permutation));
    }

    private string FusedAttention(string prefix, string input, string mask)
    {
        var (weight, bias) = JoinedProjection(prefix);
        return _graph.Node(
            Fused + "Attention",
            [input, _graph.Floats(weight, _shape.Hidden, 3 * _shape.Hidden), _graph.Floats(bias, bias.Length), mask],
            OnnxAttribute.Of("num_heads", _shape.Heads));
    }

    private string QuantizedAttention(string prefix, string input, string mask)
    {
        var (weight, bias) = JoinedProjection(prefix);
        var product = Product(input, weight, _shape.Hidden, 3 * _shape.Hidden);
        var parts = _graph.Node("Split", [product], 3, OnnxAttribute.Of("axis", -1));
        return _graph.Node(
            Fused + "MultiHeadAttention",
            [parts[0], parts[1], parts[2], _graph.Floats(bias, bias.Length), mask],
            OnnxAttribute.Of("num_heads", _shape.Heads));
    }

    private string ResidualNorm(string prefix, string input, int inputWidth, string residual)
    {
        var (weight, bias) = Linear(prefix + "dense", _shape.Hidden, inputWidth);
        var product = Product(input, weight, inputWidth, _shape.Hidden);
        var addend = _graph.Floats(bias, bias.Length);
        if (_flavor == GraphFlavor.Standard)
            return LayerNorm(prefix + "LayerNorm", _graph.Node("Add", [_graph.Node("Add", [product, addend]), residual]));

        var (gamma, beta) = NormWeights(prefix + "LayerNorm");
        return _graph.Node(Fused + "SkipLayerNormalization", [product, residual, gamma, beta, addend], OnnxAttribute.Of("epsilon", _shape.Epsilon));
    }

    private string Gelu(string product, float[] bias)
    {
        var addend = _graph.Floats(bias, bias.Length);
        if (_flavor != GraphFlavor.Standard)
            return _graph.Node(Fused + "BiasGelu", [product, addend]);

        var x = _graph.Node("Add", [product, addend]);
        var erf = _graph.Node("Erf", [_graph.Node("Div", [x, _graph.Scalar(MathF.Sqrt(2))])]);
        var scaled = _graph.Node("Mul", [x, _graph.Node("Add", [erf, _graph.Scalar(1)])]);
        return _graph.Node("Mul", [scaled, _graph.Scalar(0.5f)]);
    }

    private string MeanPool(string hidden, string mask)
    {
        var weights = _graph.Node("Unsqueeze", [_graph.Node("Cast", [mask], OnnxAttribute.Of("to", (long)OnnxType.Float)), _graph.Int64(2)]);
        var sum = _graph.Node("ReduceSum", [_graph.Node("Mul", [hidden, weights]), _graph.Int64(1)], OnnxAttribute.Of("keepdims", 0));
        var count = _graph.Node("ReduceSum", [weights, _graph.Int64(1)], OnnxAttribute.Of("keepdims", 0));
        return _graph.Node("Div", [sum, count]);
    }

    private string LayerNorm(string prefix, string input)
    {
        var (gamma, beta) = NormWeights(prefix);
        return _graph.Node("LayerNormalization", [input, gamma, beta], OnnxAttribute.Of("axis", -1), OnnxAttribute.Of("epsilon", _shape.Epsilon));
    }

    private (string Gamma, string Beta) NormWeights(string prefix) =>
        (_graph.Floats(_weights(prefix + ".weight", _shape.Hidden), _shape.Hidden), _graph.Floats(_weights(prefix + ".bias", _shape.Hidden), _shape.Hidden));

    /// <summary>x · weight, weight being [<paramref name="rows"/> × <paramref name="columns"/>].</summary>
    private string Product(string x, float[] weight, int rows, int columns)
    {
        if (_flavor != GraphFlavor.DynamicInt8)
            return _graph.Node("MatMul", [x, _graph.Floats(weight, rows, columns)]);

        var (quantized, scales) = QuantizedMatrix.PerColumn(weight, rows, columns);
        var activation = _graph.Node("DynamicQuantizeLinear", [x], 3);
        var sums = _graph.Node("MatMulInteger", [activation[0], _graph.Int8(quantized, rows, columns), activation[2]]);
        var scale = _graph.Node("Mul", [activation[1], _graph.Floats(scales, columns)]);
        return _graph.Node("Mul", [_graph.Node("Cast", [sums], OnnxAttribute.Of("to", (long)OnnxType.Float)), scale]);
    }

    /// <summary>A linear layer's weight as ONNX multiplies it, [in × out], and its bias.</summary>
    private (float[] Weight, float[] Bias) Linear(string name, int outputs, int inputs) =>
        (Transpose(_weights(name + ".weight", outputs, inputs), outputs, inputs), _weights(name + ".bias", outputs));

    /// <summary>Query, key and value beside each other: [hidden × 3·hidden].</summary>
    private (float[] Weight, float[] Bias) JoinedProjection(string prefix)
    {
        string[] names = ["query", "key", "value"];
        var weight = names.SelectMany(name => _weights(prefix + name + ".weight", _shape.Hidden, _shape.Hidden)).ToArray();
        var bias = names.SelectMany(name => _weights(prefix + name + ".bias", _shape.Hidden)).ToArray();
        return (Transpose(weight, 3 * _shape.Hidden, _shape.Hidden), bias);
    }

    private static float[] Transpose(float[] matrix, int rows, int columns)
    {
        var result = new float[matrix.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                result[(column * rows) + row] = matrix[(row * columns) + column];
        }

        return result;
    }
}
