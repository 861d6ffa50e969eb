using System.Text.Json;
using Quiver.Tests.Models;

namespace Quiver.Tests.Encoding.Reference;

/// <summary>A bert folder of any shape with random weights, and the same network in plain double precision: independent of every kernel.</summary>
internal sealed class RandomBert : IDisposable
{
    private const double Epsilon = 1e-12;

    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<string, float[]> _weights = [];
    private readonly Random _random = new(20261121);
    private readonly int _hidden;
    private readonly int _heads;
    private readonly int _intermediate;
    private readonly int _layers;

    /// <param name="change">Does something to the weights, by name, before the folder is written.</param>
    public RandomBert(int hidden, int heads, int intermediate, int layers, int positions, int vocabulary = 50, Action<Dictionary<string, float[]>>? change = null)
    {
        (_hidden, _heads, _intermediate, _layers) = (hidden, heads, intermediate, layers);
        var shapes = new Dictionary<string, int[]>();
        void Add(string name, float scale, params int[] shape)
        {
            shapes[name] = shape;
            _weights[name] = [.. Enumerable.Range(0, shape.Aggregate(1, (x, y) => x * y)).Select(_ => (float)(_random.NextDouble() * 2 - 1) * scale)];
        }

        void AddLinear(string name, int inputs, int outputs)
        {
            Add(name + ".weight", 2 / MathF.Sqrt(inputs), outputs, inputs);
            Add(name + ".bias", 0.2f, outputs);
        }

        void AddNorm(string name)
        {
            Add(name + ".weight", 1, hidden);
            Add(name + ".bias", 0.5f, hidden);
        }

        Add("embeddings.word_embeddings.weight", 1, vocabulary, hidden);
        Add("embeddings.position_embeddings.weight", 1, positions, hidden);
        Add("embeddings.token_type_embeddings.weight", 1, 2, hidden);
        AddNorm("embeddings.LayerNorm");
        for (var layer = 0; layer < layers; layer++)
        {
            var prefix = $"encoder.layer.{layer}.";
            AddLinear(prefix + "attention.self.query", hidden, hidden);
            AddLinear(prefix + "attention.self.key", hidden, hidden);
            AddLinear(prefix + "attention.self.value", hidden, hidden);
            AddLinear(prefix + "attention.output.dense", hidden, hidden);
            AddNorm(prefix + "attention.output.LayerNorm");
            AddLinear(prefix + "intermediate.dense", hidden, intermediate);
            AddLinear(prefix + "output.dense", intermediate, hidden);
            AddNorm(prefix + "output.LayerNorm");
        }

        change?.Invoke(_weights);
        Write("config.json", new
        {
            model_type = "bert",
            hidden_size = hidden,
            num_attention_heads = heads,
            intermediate_size = intermediate,
            num_hidden_layers = layers,
            max_position_embeddings = positions,
            vocab_size = vocabulary,
            type_vocab_size = 2,
            hidden_act = "gelu",
            layer_norm_eps = Epsilon,
        });
        Write("tokenizer.json", new { });
        _folder.Write("model.safetensors", SafetensorsBytes.OfFloats(shapes.Select(shape => (shape.Key, shape.Value, _weights[shape.Key]))));
    }

    public string Folder => _folder.Path;

    public void Dispose() => _folder.Dispose();

    /// <summary>The mean-pooled vector of a text, in double precision.</summary>
    public double[] Embed(int[] ids)
    {
        var x = ids.Select((id, position) => Norm("embeddings.LayerNorm", [.. Enumerable.Range(0, _hidden).Select(i =>
            (double)Row("embeddings.word_embeddings.weight", id)[i]
            + Row("embeddings.position_embeddings.weight", position)[i]
            + Row("embeddings.token_type_embeddings.weight", 0)[i])])).ToArray();
        for (var layer = 0; layer < _layers; layer++)
        {
            var prefix = $"encoder.layer.{layer}.";
            var context = Attention(prefix + "attention.self.", x);
            x = [.. x.Zip(context, (state, part) => Norm(
                prefix + "attention.output.LayerNorm", Sum(state, Linear(prefix + "attention.output.dense", part, _hidden))))];
            x = [.. x.Select(state => Norm(prefix + "output.LayerNorm", Sum(state, Linear(
                prefix + "output.dense", [.. Linear(prefix + "intermediate.dense", state, _intermediate).Select(Gelu)], _hidden))))];
        }

        return [.. Enumerable.Range(0, _hidden).Select(i => x.Average(state => state[i]))];
    }

    private double[][] Attention(string prefix, double[][] x)
    {
        var size = _hidden / _heads;
        var (queries, keys, values) = (Project("query"), Project("key"), Project("value"));
        var context = x.Select(_ => new double[_hidden]).ToArray();
        for (var head = 0; head < _heads; head++)
        {
            var range = new Range(head * size, (head + 1) * size);
            for (var i = 0; i < x.Length; i++)
            {
                var scores = keys.Select(key => Dot(queries[i][range], key[range]) / Math.Sqrt(size)).ToArray();
                var largest = scores.Max();
                var weights = scores.Select(score => Math.Exp(score - largest)).ToArray();
                var total = weights.Sum();
                for (var j = 0; j < x.Length; j++)
                {
                    for (var k = head * size; k < (head + 1) * size; k++)
                        context[i][k] += weights[j] / total * values[j][k];
                }
            }
        }

        return context;

        double[][] Project(string name) => [.. x.Select(state => Linear(prefix + name, state, _hidden))];
    }

    private double[] Linear(string name, double[] x, int outputs)
    {
        var weights = _weights[name + ".weight"];
        var bias = _weights[name + ".bias"];
        var result = new double[outputs];
        for (var output = 0; output < outputs; output++)
        {
            var sum = (double)bias[output];
            for (var k = 0; k < x.Length; k++)
                sum += weights[output * x.Length + k] * x[k];
            result[output] = sum;
        }

        return result;
    }

    private double[] Norm(string name, double[] x)
    {
        var mean = x.Average();
        var deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + Epsilon);
        var (weight, bias) = (_weights[name + ".weight"], _weights[name + ".bias"]);
        return [.. x.Select((value, i) => (value - mean) / deviation * weight[i] + bias[i])];
    }

    private ReadOnlySpan<float> Row(string name, int row) => _weights[name].AsSpan(row * _hidden, _hidden);

    private static double[] Sum(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a + b)];

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    /// <summary>x·Φ(x), with Φ from Simpson's rule over the normal density.</summary>
    private static double Gelu(double x)
    {
        const int Steps = 400;
        var end = Math.Min(Math.Abs(x), 9);
        var step = end / Steps;
        var sum = 0.0;
        for (var i = 0; i <= Steps; i++)
            sum += (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-i * step * i * step / 2);
        var half = sum * step / 3 / Math.Sqrt(2 * Math.PI);
        return x * (x > 0 ? 0.5 + half : 0.5 - half);
    }

    private void Write(string name, object content) => _folder.Write(name, JsonSerializer.Serialize(content));
}
