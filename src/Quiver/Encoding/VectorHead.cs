using Quiver.Encoding.Architectures;
using Quiver.Models;

namespace Quiver.Encoding;

/// <summary>The modules after the transformer: pooling, then dense maps and norms over the vectors, always in f32.</summary>
internal sealed unsafe class VectorHead : IDisposable
{
    /// <summary>torch.nn.LayerNorm's default, which sentence-transformers' module does not change.</summary>
    private const float ModuleEpsilon = 1e-5f;

    private readonly int _hidden;
    private readonly PoolingModule _pooling;
    private readonly List<IVectorStep> _steps = [];

    public VectorHead(ModelFolder folder)
    {
        Width = folder.Width;
        _hidden = folder.Config.HiddenSize;
        var modules = folder.Modules;
        if (modules is not [TransformerModule, PoolingModule pooling, ..] || modules.Skip(2).Any(module => module is TransformerModule or PoolingModule))
            throw new ModelFormatException(Path.Combine(folder.Path, "modules.json"), "the modules must be one transformer, one pooling, then dense, norm and normalization");

        _pooling = pooling;
        Normalizes = modules[^1] is NormalizeModule;
        foreach (var module in Normalizes ? modules.SkipLast(1) : modules)
        {
            if (StepOf(module) is { } step)
                _steps.Add(step);
        }
    }

    private interface IVectorStep : IDisposable
    {
        /// <summary>Takes one vector per text to the next form, in place or into the workspace's other matrix of vectors.</summary>
        Rows Apply(Rows vectors, EncoderWorkspace workspace);
    }

    public int Width { get; }

    /// <summary>Whether the last module is normalization, which is left to the caller.</summary>
    public bool Normalizes { get; }

    /// <summary>One vector per text.</summary>
    /// <param name="vectors">[texts × <see cref="Width"/>], row-major.</param>
    public void Apply(Rows states, ReadOnlySpan<int> lengths, Span<float> vectors, EncoderWorkspace workspace)
    {
        var current = Pool(states, lengths, workspace);
        foreach (var step in _steps)
            current = step.Apply(current, workspace);

        for (var text = 0; text < lengths.Length; text++)
            new ReadOnlySpan<float>(current[text], Width).CopyTo(vectors.Slice(text * Width, Width));
    }

    public void Dispose()
    {
        foreach (var step in _steps)
            step.Dispose();
    }

    /// <summary>Every mode's vector, side by side.</summary>
    private Rows Pool(Rows states, ReadOnlySpan<int> lengths, EncoderWorkspace workspace)
    {
        var joined = workspace.Vectors(lengths.Length, _hidden * _pooling.Modes.Count);
        var one = workspace.Branch(1);
        var first = 0;
        for (var text = 0; text < lengths.Length; text++)
        {
            var row = new Span<float>(joined[text], joined.Stride);
            row[joined.Width..].Clear();
            for (var mode = 0; mode < _pooling.Modes.Count; mode++)
            {
                Pooling.Apply(_pooling.Modes[mode], states.Slice(first, lengths[text]), one.Data);
                new ReadOnlySpan<float>(one.Data, _hidden).CopyTo(row[(mode * _hidden)..]);
            }

            first += lengths[text];
        }

        return joined;
    }

    private static IVectorStep? StepOf(ModelModule module) => module switch
    {
        DenseModule dense => new DenseStep(dense),
        LayerNormModule norm => new LayerNormStep(norm),
        NormalizeModule => new NormalizeStep(),
        _ => null,
    };

    private sealed class DenseStep : IVectorStep
    {
        private readonly Linear _linear;

        public DenseStep(DenseModule module)
        {
            using var tensors = TensorSet.Open(module.Folder);
            var reader = new WeightReader(tensors, "", Precision.F32, ModuleEpsilon);
            _linear = reader.Linear("linear", module.Inputs, module.Outputs, ActivationOf(module.Activation), module.HasBias);
            tensors.RequireAllUsed();
        }

        public Rows Apply(Rows vectors, EncoderWorkspace workspace)
        {
            var output = workspace.OtherVectors(vectors.Count, _linear.Outputs);
            _linear.Apply(vectors, output, workspace);
            for (var row = 0; row < output.Count; row++)
                new Span<float>(output[row], output.Stride)[output.Width..].Clear();

            return output;
        }

        public void Dispose() => _linear.Dispose();

        private static Activation ActivationOf(DenseActivation activation) => activation switch
        {
            DenseActivation.Identity => Activation.None,
            DenseActivation.Tanh => Activation.Tanh,
            DenseActivation.Relu => Activation.Relu,
            DenseActivation.Gelu => Activation.Gelu,
            DenseActivation.Sigmoid => Activation.Sigmoid,
            _ => throw new ArgumentOutOfRangeException(nameof(activation)),
        };
    }

    private sealed class LayerNormStep : IVectorStep
    {
        private readonly LayerNorm _norm;

        public LayerNormStep(LayerNormModule module)
        {
            using var tensors = TensorSet.Open(module.Folder);
            _norm = new WeightReader(tensors, "", Precision.F32, ModuleEpsilon).Norm("norm", module.Width);
            tensors.RequireAllUsed();
        }

        public Rows Apply(Rows vectors, EncoderWorkspace workspace)
        {
            _norm.Apply(vectors);
            return vectors;
        }

        public void Dispose() => _norm.Dispose();
    }

    private sealed class NormalizeStep : IVectorStep
    {
        public Rows Apply(Rows vectors, EncoderWorkspace workspace)
        {
            for (var row = 0; row < vectors.Count; row++)
                UnitLength.Normalize(new Span<float>(vectors[row], vectors.Width));

            return vectors;
        }

        public void Dispose()
        {
        }
    }
}
