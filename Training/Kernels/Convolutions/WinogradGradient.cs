using CnnService.Training.Tensors;
using static CnnService.Training.Kernels.Convolutions.WinogradTransforms;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// The gradients of a 3x3 convolution by minimal filtering: from y = At (G w Gt . Bt x B) A follows dw = Gt (sum over tiles of
/// (A dy At) . (Bt x B)) G. For each of 36 points, transformed gradients (F, tile) times transformed inputs (tile, C) of the tiles that have it, some images
/// at a time. A sum runs over the tiles of the images in their order, so it is the same for every number of threads, images at a time and vector width.
/// </summary>
internal sealed unsafe class WinogradGradient : BatchGradient
{
    private const int TilesTarget = 256; // of the images that are taken together
    private const int Chunk = 128; // products of a sum in one go: they and two blocks of columns are 24 KB, within a first-level cache
    private readonly WinogradSize size;
    private readonly Team team;
    private readonly int imageLength, filterRows, filterBlocks;
    private readonly bool bias;
    private readonly FloatBuffer[] copies, images, gradients, masked;
    private readonly FloatBuffer tiles, gradientTiles, sums;
    private readonly double[] biases; // of each image and filter
    private readonly int[] offsets, tilePlaces, gradientPlaces, sumPlaces;
    private readonly int[][] outputs; // where each output lies before pooling, for each element of its window
    private readonly Action<int, int> load, multiply;
    private FloatBuffer x;
    private OutputGradient dy;
    private int count, first;

    public WinogradGradient(ConvolutionSize convolution, int filters, bool bias, LayerMemory memory)
    {
        (Team team, Scratch scratch, int capacity) = (memory.Team, memory.Scratch, memory.Capacity);
        int together = TilesTarget / new WinogradSize(convolution, filters, capacity: 1).Tiles;
        size = new WinogradSize(convolution, filters, Math.Clamp(together, 1, capacity), TilesTarget);
        (this.team, this.bias) = (team, bias);
        imageLength = convolution.Channels * convolution.Height * convolution.Width;
        filterBlocks = PackedFilters.Blocks(filters);
        filterRows = filterBlocks * Tile.Rows;
        copies = scratch.Several("copies", team.Size, imageLength);
        images = FloatBuffer.Several(team.Size, size.ImageLength);
        gradients = FloatBuffer.Several(team.Size, size.Height * size.Width * size.FilterPitch);
        masked = FloatBuffer.Several(team.Size, filters * convolution.OutputHeight * convolution.OutputWidth);
        tiles = scratch.Take("tiles of a batch", WinogradSize.Points * size.Rows * size.ChannelPitch);
        gradientTiles = scratch.Take("gradient tiles", WinogradSize.Points * size.Rows * size.FilterPitch);
        sums = scratch.Take("sums", WinogradSize.Points * filterRows * size.ChannelPitch);
        biases = new double[bias ? capacity * filters : 0];
        offsets = [.. Enumerable.Range(0, Chunk).Select(tile => tile * size.ChannelPitch)];
        outputs = WinogradImages.OutputsOf(size);
        tilePlaces = size.PlacesOf(size.Rows * size.ChannelPitch, size.ChannelPitch);
        gradientPlaces = size.PlacesOf(size.Rows * size.FilterPitch, Tile.Columns);
        sumPlaces = [.. Enumerable.Range(0, WinogradSize.Points).Select(point => point * SumsPlane)];
        (load, multiply) = (Load, Multiply);
        x = sums;
    }

    private int SumsPlane => filterRows * size.ChannelPitch;

    public override void Sum(FloatBuffer x, OutputGradient dy, int count)
    {
        (this.x, this.dy, this.count) = (x, dy, count);
        for (first = 0; first < count; first += size.Group)
        {
            team.Run(Math.Min(size.Group, count - first), load);
            team.Run(WinogradSize.Points, multiply);
        }
    }

    public override void CopyTo(int filter, Span<float> dw)
    {
        float* taps = stackalloc float[9 * Tile.Columns];
        fixed (int* places = sumPlaces)
        {
            for (int c = 0; c < size.Size.Channels; c += Tile.Columns)
            {
                var points = new TilePoints(sums.Pointer + filter * size.ChannelPitch + c, places);
                WinogradTiles.FromPoints<FilterGradient, FilterGradient>(points, new TilePixels(taps, 3 * Tile.Columns, Tile.Columns));
                for (int lane = 0; lane < Math.Min(Tile.Columns, size.Size.Channels - c); lane++)
                    for (int tap = 0; tap < 9; tap++) dw[(c + lane) * 9 + tap] = taps[tap * Tile.Columns + lane];
            }
        }
    }

    public override float BiasOf(int filter)
    {
        double sum = 0;
        for (int n = 0; n < count; n++) sum += biases[n * size.Filters + filter];
        return (float)sum;
    }

    // One image of those that are taken together.
    private void Load(int place, int worker)
    {
        int n = first + place, plane = size.Size.OutputHeight * size.Size.OutputWidth;
        WinogradImages.Load(size, x.Slice(n * imageLength, imageLength), copies[worker], images[worker]);
        WinogradImages.TransformInput(size, images[worker], tiles, tilePlaces, place);
        Span<float> gradient = masked[worker].Span;
        dy.Mask(n, gradient);
        WinogradImages.Spread(outputs, size.Filters, gradient, dy.ArgmaxOf(n), gradients[worker]);
        WinogradImages.TransformGradient(size, gradients[worker], gradientTiles, gradientPlaces, place);
        if (!bias) return;
        for (int f = 0; f < size.Filters; f++)
            biases[n * size.Filters + f] = Sums.Of(default(NumberTerm), gradient.Slice(f * plane, plane), gradient.Slice(f * plane, plane));
    }

    private void Multiply(int point, int worker)
    {
        float* a = gradientTiles.Pointer + (nint)point * size.Rows * size.FilterPitch, b = tiles.Pointer + (nint)point * size.Rows * size.ChannelPitch;
        int all = Math.Min(size.Group, count - first) * size.TilesWith(point);
        if (all == 0) sums.Slice(point * SumsPlane, SumsPlane).Clear();
        float* c = sums.Pointer + (nint)point * SumsPlane;
        for (int tile = 0; tile < all; tile += Chunk)
            for (int j = 0; j < size.Size.Channels; j += 2 * Tile.Columns)
                MultiplyColumns(a + tile * Tile.Columns, b + tile * size.ChannelPitch + j, Math.Min(Chunk, all - tile), j + Tile.Columns < size.Size.Channels, c + j, first + tile > 0);
    }

    // Two blocks of columns, for all filters.
    private void MultiplyColumns(float* a, float* b, int K, bool two, float* c, bool accumulate)
    {
        fixed (int* rows = offsets)
        {
            for (int block = 0; block < filterBlocks; block++, c += Tile.Rows * size.ChannelPitch)
            {
                var filters = new TileRows(a + block / 2 * size.Rows * Tile.Columns + block % 2 * Tile.Rows, 1, Tile.Columns);
                Tile.MultiplyAdd(filters, rows, K, b, two ? b + Tile.Columns : null, c, c + Tile.Columns, size.ChannelPitch, accumulate);
            }
        }
    }
}
