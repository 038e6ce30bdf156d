using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// A 3x3 convolution by Winograd's minimal filtering (<see cref="WinogradTransforms"/>): for each of 36 points, transformed tiles (tile, C) times
/// transformed filters (C, F). A sum runs over the channels in their order, so it is the same for every group, thread and vector width.
/// </summary>
/// <remarks>The error of float was 3e-6, 5e-6 and 1.1e-5 of the largest output over 16, 64 and 256 channels, seven times that of plain sums.</remarks>
internal sealed unsafe class WinogradAlgorithm : TurnableAlgorithm
{
    private readonly WinogradSize size;
    private readonly FloatBuffer filters;
    private readonly FloatBuffer[] taps, images, tiles, products, outputs;
    private readonly int[] rows;
    private readonly Action<int, int> packChannel, packTurnedChannel;
    private FloatBuffer parameters;
    private int weightStart;
    private readonly FloatBuffer?[] won; // gradients that one element of their pooling windows has
    private int[][]? spread; // where the inputs of the forward pass's outputs lie, as all of them are of one size; every worker would find the same

    public WinogradAlgorithm(WinogradSize size, LayerMemory memory)
        : base(size.Size, size.Filters)
    {
        (Team team, Scratch scratch) = (memory.Team, memory.Scratch);
        (this.size, Team) = (size, team);
        filters = memory.KeepsFilters ? new FloatBuffer(size.FiltersLength) : scratch.Take("filters", size.FiltersLength);
        taps = FloatBuffer.Several(team.Size, 9 * size.FilterPitch);
        images = FloatBuffer.Several(team.Size, size.ImageLength);
        tiles = scratch.Several("tiles", team.Size, WinogradSize.Points * size.Rows * size.ChannelPitch);
        products = scratch.Several("products", team.Size, WinogradSize.Points * size.Rows * 2 * Tile.Columns);
        won = new FloatBuffer?[team.Size];
        outputs = scratch.Several("outputs", team.Size, size.TileRows * size.TileColumns * 16 * Tile.Columns);
        rows = [.. Enumerable.Range(0, size.Size.Channels).Select(c => c * size.FilterPitch)];
        (packChannel, packTurnedChannel) = (PackChannel, PackTurnedChannel);
        parameters = filters;
    }

    public override int Group => size.Group;

    public override int BlockFilters => 2 * Tile.Columns;

    private Team Team { get; }

    private int Channels => Size.Channels;

    private nint TilesPlane => size.Rows * size.ChannelPitch;

    private nint FiltersPlane => Channels * size.FilterPitch;

    public override void Pack(FloatBuffer parameters, int weightStart)
    {
        (this.parameters, this.weightStart) = (parameters, weightStart);
        Team.Run(Channels, packChannel);
    }

    public override void PackTurned(FloatBuffer parameters, int weightStart)
    {
        (this.parameters, this.weightStart) = (parameters, weightStart);
        Team.Run(Channels, packTurnedChannel);
    }

    public override void Load(int worker, int place, ReadOnlySpan<float> x)
    {
        WinogradImages.Load(size, x, images[worker]);
        WinogradImages.TransformInput(size, images[worker], tiles[worker], place);
    }

    public override void Spread(int worker, int place, ConvolutionSize forward, ReadOnlySpan<float> gradient, ReadOnlySpan<byte> argmax)
    {
        int[][] places = spread ??= WinogradImages.PlacesOf(size, forward, margin: 2 - forward.Padding);
        if (argmax.IsEmpty)
        {
            WinogradImages.Spread(size, places[0], gradient, images[worker]);
        }
        else
        {
            Span<float> selected = (won[worker] ??= new FloatBuffer(gradient.Length)).Span;
            for (int element = 0; element < places.Length; element++)
            {
                WinogradImages.Select(gradient, argmax, element, selected);
                WinogradImages.Spread(size, places[element], selected, images[worker]);
            }
        }

        WinogradImages.TransformInput(size, images[worker], tiles[worker], place);
    }

    public override void Write(int worker, int block, int count, in ConvolutionTarget output)
    {
        int first = block * BlockFilters, blockFilters = Math.Min(BlockFilters, Filters - first);
        Multiply(worker, first, count * size.Tiles, blockFilters > Tile.Columns);
        for (int image = 0; image < count; image++)
        {
            for (int f = 0; f < blockFilters; f += Tile.Columns)
            {
                TransformOutput(worker, image, f);
                int there = Math.Min(Tile.Columns, blockFilters - f);
                ConvolutionOutput.WriteLanes(this, outputs[worker], size.TileColumns * WinogradSize.Outputs, image, first + f, there, output);
            }
        }
    }

    // (tile, 32 filters) for each point.
    private void Multiply(int worker, int first, int tileCount, bool two)
    {
        const int pitch = 2 * Tile.Columns;
        fixed (int* offsets = rows)
        {
            for (int point = 0; point < WinogradSize.Points; point++)
            {
                float* u = filters.Pointer + point * FiltersPlane + first, v = tiles[worker].Pointer + point * TilesPlane;
                float* m = products[worker].Pointer + (nint)point * size.Rows * pitch;
                for (int row = 0; row < tileCount; row += Tile.Rows)
                {
                    var a = new TileRows(v + row * size.ChannelPitch, size.ChannelPitch, 1);
                    float* c = m + row * pitch;
                    Tile.MultiplyAdd(a, offsets, Channels, u, two ? u + Tile.Columns : null, c, c + Tile.Columns, pitch, false);
                }
            }
        }
    }

    // 4x4 outputs per tile, lane by lane a filter: (row, column, 16).
    private void TransformOutput(int worker, int image, int f)
    {
        const int pitch = 2 * Tile.Columns;
        nint point = size.Rows * pitch, row = size.TileColumns * WinogradSize.Outputs * Tile.Columns;
        for (int tile = 0; tile < size.Tiles; tile++)
        {
            float* m = products[worker].Pointer + (image * size.Tiles + tile) * pitch + f;
            float* y = outputs[worker].Pointer + tile / size.TileColumns * WinogradSize.Outputs * row + tile % size.TileColumns * WinogradSize.Outputs * Tile.Columns;
            WinogradTransforms.Square<WinogradTransforms.Output>(m, 6 * point, point, y, row, Tile.Columns);
        }
    }

    private void PackChannel(int c, int worker)
    {
        ReadOnlySpan<float> w = parameters.Slice(weightStart, Filters * Channels * 9);
        Span<float> turned = taps[worker].Span;
        for (int f = 0; f < Filters; f++)
            for (int t = 0; t < 9; t++) turned[t * size.FilterPitch + f] = w[(f * Channels + c) * 9 + t];
        TransformFilters(c, worker);
    }

    private void PackTurnedChannel(int c, int worker)
    {
        ReadOnlySpan<float> w = parameters.Slice(weightStart, Filters * Channels * 9);
        Span<float> turned = taps[worker].Span;
        for (int f = 0; f < Filters; f++)
            for (int t = 0; t < 9; t++) turned[t * size.FilterPitch + f] = w[(c * Filters + f) * 9 + 8 - t];
        TransformFilters(c, worker);
    }

    private void TransformFilters(int c, int worker)
    {
        for (int f = 0; f < Filters; f += Tile.Columns)
            WinogradTransforms.Square<WinogradTransforms.Filter>(
                taps[worker].Pointer + f, 3 * size.FilterPitch, size.FilterPitch, filters.Pointer + c * size.FilterPitch + f, 6 * FiltersPlane, FiltersPlane);
    }
}
