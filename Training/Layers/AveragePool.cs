using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// Average pooling: y[n, c, i, j] = the mean of x[n, c, h, w] over the window that begins at (i * stride, j * stride). x: (N, C, H, W),
/// y: (N, C, H', W') with H' = floor((H - height) / stride) + 1, likewise W': what does not fill a window is left out. Each number of a window gets
/// the same part of its gradient.
/// </summary>
[SpecName("average-pool")]
public sealed record AveragePool : LayerSpec
{
    /// <summary>Height and width of the window in pixels, 1 to 255; give this, or height and width.</summary>
    [Range(1, 255)]
    public int? Size { get; init; }

    /// <summary>The height of the window in pixels, 1 to 255.</summary>
    [Range(1, 255)]
    public int? Height { get; init; }

    /// <summary>The width of the window in pixels, 1 to 255.</summary>
    [Range(1, 255)]
    public int? Width { get; init; }

    /// <summary>Pixels from one window to the next, 1 to 255, default the window's size (its height, if height and width differ).</summary>
    [Range(1, 255)]
    public int? Stride { get; init; }

    internal Window Window
    {
        get
        {
            (int height, int width) = WindowSize.Of("average-pool", Size, Height, Width);
            return new Window(height, width, Stride ?? height);
        }
    }

    internal override Shape Output(Shape input)
    {
        if (!Window.Fits(input.Height, input.Width))
            throw WindowSize.DoesNotFit("average-pool", Window, input, $"use a window of at most {input.Height}x{input.Width}, or leave this layer out.");
        (int rows, int columns) = Window.Positions(input.Height, input.Width);
        return new Shape(input.Channels, rows, columns);
    }

    internal override Layer Bind(LayerBinder binder) => new AveragePoolLayer(binder, Window);
}

/// <summary>The mean of each channel over all pixels (Lin et al. 2014): y[n, c] = the mean of x[n, c, h, w]. x: (N, C, H, W), y: (N, C).</summary>
[SpecName("global-average-pool")]
public sealed record GlobalAveragePool : LayerSpec
{
    internal override Shape Output(Shape input) => Shape.Vector(input.Channels);

    internal override Layer Bind(LayerBinder binder) => new AveragePoolLayer(binder, new Window(binder.Input.Height, binder.Input.Width, Stride: 1));
}

/// <summary>A bound average pooling. An image is one piece of work.</summary>
internal sealed class AveragePoolLayer : Layer
{
    private readonly PoolingSize size;
    private readonly int planeLength, outputLength;
    private readonly Action<int, int> forward, backward;
    private FloatBuffer x, dy;

    public AveragePoolLayer(LayerBinder binder, Window window)
        : base(binder)
    {
        (int rows, int columns) = window.Positions(Input.Height, Input.Width);
        size = new PoolingSize(Input.Width, window.Height, window.Width, window.Stride, rows, columns);
        (planeLength, outputLength) = (Input.PlaneLength, rows * columns);
        Output = binder.Buffer(Input.Channels * outputLength);
        InputGradient = binder.InputGradient();
        (forward, backward) = (ForwardImage, BackwardImage);
        x = dy = Output;
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? ReusableOutput => Output;

    public override FloatBuffer? InputGradient { get; }

    public override void Forward(FloatBuffer x, Pass pass)
    {
        this.x = x;
        Team.Run(pass.Count, forward);
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass)
    {
        this.dy = dy;
        if (InputGradient is not null) Team.Run(pass.Count, backward);
    }

    private void ForwardImage(int n, int worker)
    {
        for (int plane = n * Input.Channels; plane < (n + 1) * Input.Channels; plane++)
            Pooling.Average(x.Slice(plane * planeLength, planeLength), size, Output.Slice(plane * outputLength, outputLength));
    }

    private void BackwardImage(int n, int worker)
    {
        for (int plane = n * Input.Channels; plane < (n + 1) * Input.Channels; plane++)
            Pooling.Spread(dy.Slice(plane * outputLength, outputLength), size, InputGradient!.Slice(plane * planeLength, planeLength));
    }
}
