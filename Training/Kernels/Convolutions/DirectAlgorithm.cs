using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>Convolution as shifted sums over padded planes (<see cref="ShiftedPlanes"/>), any filter and stride, 8 filters at a time.</summary>
internal sealed class DirectAlgorithm : TurnableAlgorithm
{
    private const int PlanesTarget = 128 * 1024; // numbers of one group's planes: half of a second-level cache of 1 MB
    private const int OutputsTarget = 256;       // outputs of a group that fill the vectors well
    private readonly ShiftedPlanes layout;
    private readonly FloatBuffer packed;
    private readonly FloatBuffer[] planes, sums;

    public DirectAlgorithm(ConvolutionSize size, int filters, int capacity, Team team)
        : base(size, filters)
    {
        layout = new ShiftedPlanes(size, GroupOf(size, capacity));
        packed = new FloatBuffer(Blocks * Tile.Rows * size.Taps);
        planes = FloatBuffer.Several(team.Size, layout.PlanesLength);
        sums = FloatBuffer.Several(team.Size, layout.SumsLength);
    }

    public override int Group => layout.Group;

    public override int BlockFilters => Tile.Rows;

    public override void Pack(FloatBuffer parameters, int weightStart) =>
        PackedFilters.Pack(parameters.Slice(weightStart, Filters * Size.Taps), Filters, Size.Taps, packed.Span);

    public override void PackTurned(FloatBuffer parameters, int weightStart) =>
        PackedFilters.PackTurned(parameters.Slice(weightStart, Filters * Size.Taps), Size.Channels, Filters, Size.FilterHeight * Size.FilterWidth, packed.Span);

    public override void Load(int worker, int place, ReadOnlySpan<float> x) => Planes.Fill(layout, x, planes[worker], place);

    public override void Spread(int worker, int place, ConvolutionSize forward, ReadOnlySpan<float> gradient, ReadOnlySpan<byte> argmax) =>
        Planes.Spread(forward, layout, gradient, argmax, planes[worker], place);

    public override void Write(int worker, int block, int count, in ConvolutionTarget output)
    {
        layout.Sum(packed, block, planes[worker], sums[worker], count);
        for (int f = block * Tile.Rows; f < Math.Min(Filters, (block + 1) * Tile.Rows); f++)
            for (int i = 0; i < count; i++)
                ConvolutionOutput.Write(layout, sums[worker], f % Tile.Rows, i, output.BiasOf(f, 1)[0], output.Relu, output.Planes(this, i, f, 1), output.ArgmaxOf(this, i, f, 1));
    }

    private static int GroupOf(ConvolutionSize size, int capacity)
    {
        int byMemory = PlanesTarget / new ShiftedPlanes(size, 1).PlanesLength;
        int byOutputs = (OutputsTarget + size.OutputHeight * size.OutputWidth - 1) / (size.OutputHeight * size.OutputWidth);
        return Math.Clamp(Math.Min(byMemory, byOutputs), 1, capacity);
    }
}
