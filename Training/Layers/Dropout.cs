using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// Inverted dropout (Srivastava et al. 2014): in training y = x * mask with mask = 1 / keep where a uniform number is below keep, else 0; when
/// predicting y = x. Any shape. The numbers are a function of (seed, iteration, layer, index).
/// </summary>
[SpecName("dropout")]
public sealed record Dropout : LayerSpec
{
    /// <summary>The probability that a number is kept, above 0 up to 1.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true), Required]
    public double Keep { get; init; }

    internal override Shape Output(Shape input) => input;

    internal override Layer Bind(LayerBinder binder) => new DropoutLayer(binder, Keep);
}

/// <summary>A bound dropout.</summary>
internal sealed class DropoutLayer : Layer
{
    private readonly DropoutMask mask;

    public DropoutLayer(LayerBinder binder, double keep)
        : base(binder)
    {
        mask = new DropoutMask(keep, binder.Ordinal, Input.Length, binder.ForTraining ? binder.Capacity : 0);
        Output = binder.OutputLikeInput(needsInput: false);
        InputGradient = binder.InputGradient();
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? ReusableOutput => Output;

    public override FloatBuffer? InputGradient { get; }

    public override void Forward(FloatBuffer x, Pass pass)
    {
        for (int n = 0; n < pass.Count; n++)
        {
            ReadOnlySpan<float> from = x.Slice(n * Input.Length, Input.Length);
            Span<float> to = Output.Slice(n * Input.Length, Input.Length);
            if (pass.Noise is null) from.CopyTo(to);
            else Elementwise.Apply(default(MultiplyOperation), from, mask.Draw(pass.Noise, n), to);
        }
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass)
    {
        if (InputGradient is null) return;
        for (int n = 0; n < pass.Count; n++)
            Elementwise.Apply(default(MultiplyOperation), dy.Slice(n * Input.Length, Input.Length), mask.Of(n), InputGradient.Slice(n * Input.Length, Input.Length));
    }
}

/// <summary>The masks of a batch: 1 / keep where a number is kept, 0 where it is dropped.</summary>
internal sealed class DropoutMask(double keep, int layer, int length, int capacity)
{
    private readonly FloatBuffer mask = new(capacity * length);

    /// <summary>The mask of one item.</summary>
    public Span<float> Of(int n) => mask.Slice(n * length, length);

    /// <summary>Draws the mask of one item.</summary>
    public Span<float> Draw(DropoutNoise noise, int n)
    {
        Span<float> numbers = Of(n);
        noise.Fill(layer, (long)n * ((length + 3) / 4 * 4), numbers);
        foreach (ref float number in numbers) number = number < keep ? (float)(1 / keep) : 0;
        return numbers;
    }
}
