using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels.Convolutions;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// Convolution (cross-correlation: the filter is not flipped): y[n, f, i, j] = b[f] + sum over c, k, l of
/// w[f, c, k, l] * x[n, c, i * stride + k - padding, j * stride + l - padding], with zeros outside x.
/// x: (N, C, H, W), w: (F, C, HH, WW), b: (F), y: (N, F, H', W') with H' = floor((H + 2 * padding - HH) / stride) + 1, likewise W'.
/// </summary>
/// <remarks>A ReLU and a max pooling without overlap that follow are done as the sums are written.</remarks>
[SpecName("convolution")]
public sealed record Convolution : LayerSpec
{
    private const int LargestFusedWindow = 16;
    private const int LargestWhitened = 64; // numbers of a patch, whose products with each other are summed over all patches
    private const int SummedCopies = 16; // of the weights' gradients: over runs of images, at most
    private const int PackedCopies = 8; // of the weights, packed and as sums of minimal filtering, which makes 36 numbers of 9

    /// <summary>F, the number of filters, 1 to 4,096.</summary>
    [Range(1, 4096), Required]
    public int Filters { get; init; }

    /// <summary>Height and width of the filters in pixels, 1 to 255; give this, or height and width.</summary>
    [Range(1, 255)]
    public int? Size { get; init; }

    /// <summary>HH, the height of the filters in pixels, 1 to 255.</summary>
    [Range(1, 255)]
    public int? Height { get; init; }

    /// <summary>WW, the width of the filters in pixels, 1 to 255.</summary>
    [Range(1, 255)]
    public int? Width { get; init; }

    /// <summary>Pixels from one output to the next, 1 to 255, default 1.</summary>
    [Range(1, 255)]
    public int Stride { get; init; } = 1;

    /// <summary>Rows and columns of zeros on each side, 0 to 255, default 0.</summary>
    [Range(0, 255)]
    public int Padding { get; init; }

    /// <summary>Whether each filter adds a bias, default true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>How the weights begin, default he; whitening in a network's first layer only, with patches of at most 64 numbers.</summary>
    public Initialization Initialization { get; init; }

    /// <summary>Whether weights and biases stay as they begin, default false.</summary>
    public bool Frozen { get; init; }

    internal override Shape Output(Shape input)
    {
        (int HH, int WW) = WindowSize.Of("convolution", Size, Height, Width);
        var window = new Window(HH, WW, Stride, Padding);
        int padding = (Math.Max(HH - input.Height, WW - input.Width) + 1) / 2;
        if (!window.Fits(input.Height, input.Width)) throw WindowSize.DoesNotFit("convolution", window, input, $"use padding >= {padding} or a smaller filter.");
        if (Initialization == Initialization.Whitening) CheckWhitened(input, HH, WW);
        (int rows, int columns) = window.Positions(input.Height, input.Width);
        return new Shape(Filters, rows, columns);
    }

    internal override IReadOnlyList<Parameter> Parameters(Shape input)
    {
        (int HH, int WW) = WindowSize.Of("convolution", Size, Height, Width);
        var weight = new Parameter("weight", ParameterKind.Weight, [Filters, input.Channels, HH, WW], input.Channels * HH * WW)
        {
            Initialization = Initialization,
            IsFrozen = Frozen,
        };
        return Bias ? [weight, new Parameter("bias", ParameterKind.Shift, [Filters]) { IsFrozen = Frozen }] : [weight];
    }

    internal override LayerCost Cost(Shape input)
    {
        IReadOnlyList<Parameter> parameters = Parameters(input);
        long weights = parameters.Sum(parameter => (long)parameter.Length);
        return base.Cost(input) with
        {
            Fixed = (SummedCopies + PackedCopies) * weights,
            MultiplyAdds = (long)Output(input).PlaneLength * parameters[0].Length,
        };
    }

    internal override LayerSpec Freeze() => this with { Frozen = true };

    internal override int Absorbs(ReadOnlySpan<LayerSpec> behind)
    {
        int relu = behind is [Relu, ..] ? 1 : 0;
        return relu + (behind[relu..] is [MaxPool pool, ..] && IsFused(pool) ? 1 : 0);
    }

    internal override Layer Bind(LayerBinder binder)
    {
        (int HH, int WW) = WindowSize.Of("convolution", Size, Height, Width);
        bool relu = binder.Absorb<Relu>() is not null;
        MaxPool? pool = binder.Absorb<MaxPool>(IsFused);
        return new ConvolutionLayer(
            binder,
            new ConvolutionSize
            {
                Channels = binder.Input.Channels,
                Height = binder.Input.Height,
                Width = binder.Input.Width,
                FilterHeight = HH,
                FilterWidth = WW,
                Stride = Stride,
                Padding = Padding,
                PoolHeight = pool?.Window.Height ?? 1,
                PoolWidth = pool?.Window.Width ?? 1,
                PoolStride = pool?.Window.Stride ?? 1,
                OutputHeight = binder.Output.Height,
                OutputWidth = binder.Output.Width,
            },
            Filters,
            Bias,
            relu);
    }

    private static bool IsFused(MaxPool pool) => pool.IsWithoutOverlap && pool.Window.Height * pool.Window.Width <= LargestFusedWindow;

    private static void CheckWhitened(Shape input, int HH, int WW)
    {
        int numbers = input.Channels * HH * WW;
        if (HH > input.Height || WW > input.Width || numbers > LargestWhitened)
            throw new InvalidInputException(
                "initialization",
                $"convolution: patches of {input.Channels} x {HH} x {WW} numbers of {input} cannot be whitened; use filters no larger than the image, of at most {LargestWhitened} numbers.");
    }
}
