using CnnService.Training.Tensors;
using static CnnService.Training.Kernels.Convolutions.WinogradTransforms;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// A 3x3 convolution by Winograd's minimal filtering (<see cref="WinogradTransforms"/>): for each of 36 points, transformed tiles that have it (tile, C)
/// times transformed filters (C, F). A sum runs over the channels in their order, so it is the same for every group, thread and vector width.
/// </summary>
/// <remarks>The error of float was 3e-6, 5e-6 and 1.1e-5 of the largest output over 16, 64 and 256 channels for tiles of 4x4 outputs, seven times that of plain sums.</remarks>
internal sealed unsafe class WinogradAlgorithm : TurnableAlgorithm
{
    private const int ProductPitch = 2 * Tile.Columns;
    private readonly WinogradSize size;
    private readonly FloatBuffer filters;
    private readonly FloatBuffer[] taps, copies, images, tiles, products, outputs, winners;
    private readonly int[] rows, filterPlaces, tilePlaces, productPlaces;
    private readonly Action<int, int> packChannel, packTurnedChannel;
    private FloatBuffer parameters;
    private int weightStart;
    private int[][]? spread; // where the inputs of the forward pass's outputs lie, as all of them are of one size; every worker would find the same

    public WinogradAlgorithm(WinogradSize size, LayerMemory memory)
        : base(size.Size, size.Filters)
    {
        (Team team, Scratch scratch) = (memory.Team, memory.Scratch);
        (this.size, Team) = (size, team);
        filters = memory.KeepsFilters ? new FloatBuffer(size.FiltersLength) : scratch.Take("filters", size.FiltersLength);
        taps = FloatBuffer.Several(team.Size, 9 * size.FilterPitch);
        copies = scratch.Several("copies", team.Size, Channels * Size.Height * Size.Width);
        images = FloatBuffer.Several(team.Size, size.ImageLength);
        tiles = scratch.Several("tiles", team.Size, WinogradSize.Points * size.Rows * size.ChannelPitch);
        products = scratch.Several("products", team.Size, WinogradSize.Points * ProductsPlane);
        outputs = scratch.Several("outputs", team.Size, size.Height * size.Width * Tile.Columns);
        winners = scratch.Several("winners", team.Size, Size.OutputHeight * Size.OutputWidth * Tile.Columns / sizeof(float));
        rows = [.. Enumerable.Range(0, size.Size.Channels).Select(c => c * size.FilterPitch)];
        filterPlaces = [.. Enumerable.Range(0, WinogradSize.Points).Select(point => point * (int)FiltersPlane)];
        tilePlaces = size.PlacesOf(size.Rows * size.ChannelPitch, size.ChannelPitch);
        productPlaces = size.PlacesOf(ProductsPlane, ProductPitch);
        (packChannel, packTurnedChannel) = (PackChannel, PackTurnedChannel);
        parameters = filters;
    }

    public override int Group => size.Group;

    public override int BlockFilters => ProductPitch;

    private Team Team { get; }

    private int Channels => Size.Channels;

    private nint TilesPlane => size.Rows * size.ChannelPitch;

    private int ProductsPlane => size.Rows * ProductPitch + Tile.Columns; // planes a power of two apart would share few sets of the cache

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
        WinogradImages.Load(size, x, copies[worker], images[worker]);
        WinogradImages.TransformInput(size, images[worker], tiles[worker], tilePlaces, place);
    }

    public override void Spread(int worker, int place, ConvolutionSize forward, ReadOnlySpan<float> gradient, ReadOnlySpan<byte> argmax)
    {
        int[][] places = spread ??= WinogradImages.PlacesOf(size, forward, margin: 2 - forward.Padding);
        WinogradImages.Spread(places, Channels, gradient, argmax, images[worker]);
        WinogradImages.TransformInput(size, images[worker], tiles[worker], tilePlaces, place);
    }

    public override void Write(int worker, int block, int count, in ConvolutionTarget output)
    {
        int first = block * BlockFilters, blockFilters = Math.Min(BlockFilters, Filters - first);
        Multiply(worker, first, count, blockFilters > Tile.Columns);
        for (int image = 0; image < count; image++)
        {
            for (int f = 0; f < blockFilters; f += Tile.Columns)
            {
                TransformOutput(worker, image, f);
                int there = Math.Min(Tile.Columns, blockFilters - f);
                ConvolutionOutput.WriteLanes(this, outputs[worker], winners[worker], image, first + f, there, output);
            }
        }
    }

    // (tile, 32 filters) for each point.
    private void Multiply(int worker, int first, int count, bool two)
    {
        fixed (int* offsets = rows)
        {
            for (int point = 0; point < WinogradSize.Points; point++)
            {
                int tileCount = count * size.TilesWith(point);
                float* u = filters.Pointer + point * FiltersPlane + first, v = tiles[worker].Pointer + point * TilesPlane;
                float* m = products[worker].Pointer + point * ProductsPlane;
                for (int row = 0; row < tileCount; row += Tile.Rows)
                {
                    var a = new TileRows(v + row * size.ChannelPitch, size.ChannelPitch, 1);
                    float* c = m + row * ProductPitch;
                    Tile.MultiplyAdd(a, offsets, Channels, u, two ? u + Tile.Columns : null, c, c + Tile.Columns, ProductPitch, false);
                }
            }
        }
    }

    // The outputs of an image, lane by lane a filter: (row, column, 16).
    private void TransformOutput(int worker, int image, int f)
    {
        var y = new TilePixels(outputs[worker].Pointer, size.Width * Tile.Columns, Tile.Columns);
        fixed (int* places = productPlaces)
            WinogradTiles.FromPoints<Output1, Output2, Output3, Output4>(size, image, new TilePoints(products[worker].Pointer + f, places), y);
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
        fixed (int* places = filterPlaces)
        {
            var g = new TilePixels(taps[worker].Pointer, 3 * size.FilterPitch, size.FilterPitch);
            var points = new TilePoints(filters.Pointer + c * size.FilterPitch, places);
            WinogradTiles.ToPoints<Filter, Filter>(g, points, (Filters + Tile.Columns - 1) / Tile.Columns);
        }
    }
}
