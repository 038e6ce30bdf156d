using CnnService.Training.Kernels;
using CnnService.Training.Kernels.Convolutions;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// The input gradient of a convolution, itself a convolution: of dy, spread by the stride, with the filters turned by 180 degrees and their
/// channels and filters exchanged. A stride s costs s * s times the arithmetic that is needed.
/// </summary>
internal sealed class ConvolutionInputGradient
{
    private readonly Team team;
    private readonly ConvolutionSize forward;
    private readonly TurnableAlgorithm algorithm;
    private readonly FloatBuffer[] masked;
    private readonly Action<int, int> body;
    private OutputGradient dy;
    private int count;

    public ConvolutionInputGradient(ConvolutionSize forward, int filters, FloatBuffer dx, LayerBinder binder)
    {
        (this.forward, Output, team) = (forward, dx, binder.Team);
        var backward = new ConvolutionSize
        {
            Channels = filters,
            Height = forward.Height + forward.FilterHeight - 1,
            Width = forward.Width + forward.FilterWidth - 1,
            FilterHeight = forward.FilterHeight,
            FilterWidth = forward.FilterWidth,
            OutputHeight = forward.Height,
            OutputWidth = forward.Width,
        };
        algorithm = ConvolutionAlgorithms.InputGradient(backward, forward.Channels, binder.Memory);
        masked = FloatBuffer.Several(team.Size, filters * forward.OutputHeight * forward.OutputWidth);
        body = Piece;
    }

    /// <summary>dx, (N, C, H, W).</summary>
    public FloatBuffer Output { get; }

    /// <summary>Overwrites <see cref="Output"/> for the first <paramref name="count"/> images.</summary>
    public void Run(FloatBuffer parameters, int weightStart, OutputGradient dy, int count)
    {
        (this.dy, this.count) = (dy, count);
        algorithm.PackTurned(parameters, weightStart);
        team.Run((count + algorithm.Group - 1) / algorithm.Group, body);
    }

    private void Piece(int piece, int worker)
    {
        int first = piece * algorithm.Group, there = Math.Min(algorithm.Group, count - first);
        for (int i = 0; i < there; i++)
        {
            dy.Mask(first + i, masked[worker].Span);
            algorithm.Spread(worker, i, forward, masked[worker].Span, dy.ArgmaxOf(first + i));
        }

        var output = new ConvolutionTarget(Output, first, [], [], relu: false);
        for (int block = 0; block < algorithm.Blocks; block++) algorithm.Write(worker, block, there, output);
    }
}
