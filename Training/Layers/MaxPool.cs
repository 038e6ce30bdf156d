using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// Max pooling: y[n, c, i, j] = the largest x[n, c, h, w] of the window that begins at (i * stride, j * stride). x: (N, C, H, W),
/// y: (N, C, H', W') with H' = floor((H - height) / stride) + 1, likewise W': what does not fill a window is left out. The gradient goes to the
/// first largest number of a window in row-major order.
/// </summary>
[SpecName("max-pool")]
public sealed record MaxPool : LayerSpec
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
            (int height, int width) = WindowSize.Of("max-pool", Size, Height, Width);
            return new Window(height, width, Stride ?? height);
        }
    }

    internal bool IsWithoutOverlap => Window.Stride >= Math.Max(Window.Height, Window.Width);

    internal override Shape Output(Shape input)
    {
        if (!Window.Fits(input.Height, input.Width))
            throw WindowSize.DoesNotFit("max-pool", Window, input, $"use a window of at most {input.Height}x{input.Width}, or leave this layer out.");
        (int rows, int columns) = Window.Positions(input.Height, input.Width);
        return new Shape(input.Channels, rows, columns);
    }

    internal override Layer Bind(LayerBinder binder) => new MaxPoolLayer(binder, Window);
}

/// <summary>A bound max pooling that no convolution absorbed.</summary>
internal sealed class MaxPoolLayer : Layer
{
    private readonly PoolingSize size;
    private readonly int planeLength, outputLength;
    private readonly int[] argmax;
    private readonly Action<int, int> forward, backward;
    private FloatBuffer x, dy;

    public MaxPoolLayer(LayerBinder binder, Window window)
        : base(binder)
    {
        (int rows, int columns) = window.Positions(Input.Height, Input.Width);
        size = new PoolingSize(Input.Width, window.Height, window.Width, window.Stride, rows, columns);
        (planeLength, outputLength) = (Input.PlaneLength, rows * columns);
        Output = binder.Buffer(Input.Channels * outputLength);
        InputGradient = binder.InputGradient();
        argmax = binder.ForTraining ? new int[Output.Length] : [];
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
            Pooling.Forward(x.Slice(plane * planeLength, planeLength), size, Output.Slice(plane * outputLength, outputLength), ArgmaxOf(plane));
    }

    private void BackwardImage(int n, int worker)
    {
        for (int plane = n * Input.Channels; plane < (n + 1) * Input.Channels; plane++)
            Pooling.Backward(dy.Slice(plane * outputLength, outputLength), ArgmaxOf(plane), InputGradient!.Slice(plane * planeLength, planeLength));
    }

    private Span<int> ArgmaxOf(int plane) => argmax.Length == 0 ? [] : argmax.AsSpan(plane * outputLength, outputLength);
}
