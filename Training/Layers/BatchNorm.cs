using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy 2015): y = scale * (x - mean) / sqrt(variance + epsilon) + shift, per channel over the batch and all
/// pixels of an image, per feature over the batch after vectors. In training mean and biased variance are the batch's, and the running ones
/// follow them: running = momentum * running + (1 - momentum) * batch; when predicting the running ones are used. A single number has no
/// deviation, so after a vector a run's batches have 2 images at least. Any shape (N, C, H, W);
/// scale, shift, runningMean, runningVariance: (C). Scale and running variance begin at 1, shift and running mean at 0.
/// </summary>
/// <remarks>An elementwise layer that follows, such as ReLU or GELU, is done in the same walk.</remarks>
[SpecName("batch-norm")]
public sealed record BatchNorm : LayerSpec
{
    /// <summary>The share of the running statistics that is kept, in [0, 1), default 0.9 as in the numpy system.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>What keeps the root from 0, above 0 up to 1, default 1e-5 as in the paper's implementations.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Whether there is a scale to learn, default true; without it, it is 1.</summary>
    public bool Scale { get; init; } = true;

    /// <summary>
    /// Whether scale, shift and running statistics stay as they begin, default false; the running statistics then normalise in training as well.
    /// </summary>
    public bool Frozen { get; init; }

    internal override Shape Output(Shape input) => input;

    internal override int SmallestBatch(Shape input) => input.PlaneLength == 1 && !Frozen ? 2 : 1;

    internal override IReadOnlyList<Parameter> Parameters(Shape input)
    {
        (string Name, ParameterKind Kind)[] all =
        [
            ("scale", ParameterKind.Scale), ("shift", ParameterKind.Shift),
            ("runningMean", ParameterKind.RunningMean), ("runningVariance", ParameterKind.RunningVariance),
        ];
        return [.. all.Skip(Scale ? 0 : 1).Select(one => new Parameter(one.Name, one.Kind, [input.Channels]) { IsFrozen = Frozen })];
    }

    internal override LayerSpec Freeze() => this with { Frozen = true };

    internal override int Absorbs(ReadOnlySpan<LayerSpec> behind) => behind is [ElementwiseSpec, ..] ? 1 : 0;

    internal override Layer Bind(LayerBinder binder) => new BatchNormLayer(binder, this, binder.Absorb<ElementwiseSpec>()?.Activation);
}

/// <summary>A bound batch normalisation with the elementwise layer that it absorbed. A channel is one piece of work.</summary>
internal sealed class BatchNormLayer : Layer
{
    private readonly BatchNorm spec;
    private const int PieceLength = 2048; // numbers whose normalised form, which is not kept, is made again at a time: they stay in the cache
    private readonly Activation? activation;
    private readonly PlacedParameter? scale;
    private readonly PlacedParameter shift, runningMean, runningVariance;
    private readonly NormalizationFactors[] factors;
    private readonly FloatBuffer[] inputs, gradients, normalized;
    private readonly IGradientSink? trained; // the receiver of the gradients, null where there is none
    private readonly FloatBuffer scaleGradient, shiftGradient;
    private readonly int scalePiece, shiftPiece;
    private readonly Action<int, int> forward, backward;
    private FloatBuffer x, dy;
    private Pass pass;

    public BatchNormLayer(LayerBinder binder, BatchNorm spec, Activation? activation)
        : base(binder)
    {
        (this.spec, this.activation) = (spec, activation);
        (scale, shift) = (spec.Scale ? binder.Parameter("scale") : null, binder.Parameter("shift"));
        (runningMean, runningVariance) = (binder.Parameter("runningMean"), binder.Parameter("runningVariance"));
        factors = new NormalizationFactors[Input.Channels];
        (scaleGradient, shiftGradient) = (new FloatBuffer(Input.Channels), new FloatBuffer(Input.Channels));
        trained = spec.Frozen ? null : Gradients;
        if (scale is not null) scalePiece = trained?.Expect(scale, Input.Channels) ?? 0;
        shiftPiece = trained?.Expect(shift, Input.Channels) ?? 0;
        inputs = FloatBuffer.Several(Team.Size, binder.Capacity * Input.PlaneLength);
        gradients = FloatBuffer.Several(Team.Size, binder.ForTraining ? inputs[0].Length : 0);
        normalized = FloatBuffer.Several(Team.Size, binder.ForTraining ? PieceLength : 0);
        Output = binder.OutputLikeInput(needsInput: binder.NeedsInputGradient || trained is not null);
        InputGradient = binder.InputGradient();
        (forward, backward) = (ForwardChannel, BackwardChannel);
        x = dy = Output;
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? ReusableOutput => Output;

    public override FloatBuffer? InputGradient { get; }

    public override void Forward(FloatBuffer x, Pass pass)
    {
        (this.x, this.pass) = (x, pass);
        Team.Run(Input.Channels, forward);
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass)
    {
        (this.x, this.dy, this.pass) = (x, dy, pass);
        Team.Run(Input.Channels, backward);
        if (scale is not null) trained?.Take(scalePiece, scaleGradient.Span);
        trained?.Take(shiftPiece, shiftGradient.Span);
    }

    private void ForwardChannel(int c, int worker)
    {
        Span<float> row = Gather(x, c, inputs[worker]);
        float mean = runningMean.In(Parameters)[c], variance = runningVariance.In(Parameters)[c];
        if (pass.IsTraining && !spec.Frozen)
        {
            (float batchMean, float batchVariance) = ChannelNormalization.Statistics(row);
            runningMean.In(Parameters)[c] = Follow(mean, batchMean);
            runningVariance.In(Parameters)[c] = Follow(variance, batchVariance);
            (mean, variance) = (batchMean, batchVariance);
        }

        factors[c] = new NormalizationFactors(
            mean, ChannelNormalization.InverseDeviation(variance, spec.Epsilon), scale is null ? 1 : scale.In(Parameters)[c], shift.In(Parameters)[c]);
        ChannelNormalization.Forward(row, factors[c], row);
        activation?.Forward(row, row);
        ChannelNormalization.Scatter(row, pass.Count, Input.Channels, Input.PlaneLength, c, Output.Span);
    }

    private void BackwardChannel(int c, int worker)
    {
        Span<float> gradient = Gather(dy, c, gradients[worker]);
        Span<float> row = Gather(x, c, inputs[worker]);
        if (activation is not null) BackwardActivation(activation, row, gradient, factors[c], normalized[worker]);
        if (spec.Frozen) ChannelNormalization.BackwardOfConstants(gradient, factors[c]);
        else (scaleGradient.Span[c], shiftGradient.Span[c]) = ChannelNormalization.Backward(row, gradient, factors[c]);
        if (InputGradient is not null) ChannelNormalization.Scatter(gradient, pass.Count, Input.Channels, Input.PlaneLength, c, InputGradient.Span);
    }

    private static void BackwardActivation(Activation activation, ReadOnlySpan<float> row, Span<float> gradient, NormalizationFactors factors, FloatBuffer normalized)
    {
        for (int first = 0; first < row.Length; first += PieceLength)
        {
            int length = Math.Min(PieceLength, row.Length - first);
            Span<float> y = normalized.Slice(0, length), dy = gradient.Slice(first, length);
            ChannelNormalization.Forward(row.Slice(first, length), factors, y);
            activation.Backward(y, dy, dy);
        }
    }

    private Span<float> Gather(FloatBuffer from, int c, FloatBuffer row)
    {
        Span<float> gathered = row.Slice(0, pass.Count * Input.PlaneLength);
        ChannelNormalization.Gather(from.Span, pass.Count, Input.Channels, Input.PlaneLength, c, gathered);
        return gathered;
    }

    private float Follow(float running, float batch) => (float)(spec.Momentum * running + (1 - spec.Momentum) * batch);
}
