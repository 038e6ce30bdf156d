using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// The input gradient of a convolution, itself a convolution: of dy, spread by the stride, with the filters turned by 180 degrees and their
/// channels and filters exchanged. A stride s costs s * s times the arithmetic that is needed.
/// </summary>
internal sealed class ConvolutionInputGradient
{
    private readonly Team team;
    private readonly Correlation forward, layout;
    private readonly FloatBuffer packed;
    private readonly FloatBuffer[] masked, planes, sums;
    private readonly Action<int, int> body;
    private OutputGradient dy;
    private int count;

    public ConvolutionInputGradient(Correlation forward, int filters, FloatBuffer dx, LayerBinder binder)
    {
        (this.forward, Output, team) = (forward, dx, binder.Team);
        CorrelationSize size = forward.Size;
        layout = new Correlation(
            new CorrelationSize
            {
                Channels = filters,
                Height = size.Height + size.FilterHeight - 1,
                Width = size.Width + size.FilterWidth - 1,
                FilterHeight = size.FilterHeight,
                FilterWidth = size.FilterWidth,
                OutputHeight = size.Height,
                OutputWidth = size.Width,
            },
            group: 1);
        packed = new FloatBuffer(PackedFilters.Blocks(size.Channels) * Tile.Rows * layout.Taps);
        masked = FloatBuffer.Several(team.Size, filters * size.OutputHeight * size.OutputWidth);
        planes = FloatBuffer.Several(team.Size, layout.PlanesLength);
        sums = FloatBuffer.Several(team.Size, layout.SumsLength);
        body = Piece;
    }

    /// <summary>dx, (N, C, H, W).</summary>
    public FloatBuffer Output { get; }

    /// <summary>Overwrites <see cref="Output"/> for the first <paramref name="count"/> images.</summary>
    public void Run(ReadOnlySpan<float> w, OutputGradient dy, int count)
    {
        (this.dy, this.count) = (dy, count);
        PackedFilters.PackTurned(w, layout.Size.Channels, forward.Size, packed.Span);
        team.Run(count, body);
    }

    private void Piece(int n, int worker)
    {
        dy.Mask(n, masked[worker].Span);
        Planes.Spread(forward, layout, masked[worker].Span, dy.WinnersOf(n), planes[worker], 0);
        int C = forward.Size.Channels, plane = forward.Size.Height * forward.Size.Width;
        for (int block = 0; block < PackedFilters.Blocks(C); block++)
        {
            layout.Sum(packed, block, planes[worker], sums[worker], 1);
            for (int c = block * Tile.Rows; c < Math.Min(C, (block + 1) * Tile.Rows); c++)
                ConvolutionOutput.Write(layout, sums[worker], c % Tile.Rows, 0, 0, false, Output.Slice((n * C + c) * plane, plane), []);
        }
    }
}
