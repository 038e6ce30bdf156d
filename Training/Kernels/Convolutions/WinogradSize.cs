namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// A 3x3 convolution of stride 1 cut into tiles of 4x4 outputs, and where its numbers lie: channels are the lanes, and for each of the 36 points of a
/// transformed tile there is a matrix with a row per tile (or per channel of the filters).
/// </summary>
internal sealed class WinogradSize
{
    /// <summary>Points of a transformed tile: 6 x 6.</summary>
    public const int Points = 36;

    /// <summary>Outputs on a tile's side.</summary>
    public const int Outputs = 4;

    private const int LeastChannels = 16; // below, lanes stay empty and the transforms cost more than they save
    private const int TilesTarget = 64;   // rows of the products: enough to read the filters seldom

    /// <summary>The tiles for filters of that number.</summary>
    /// <param name="size">The convolution.</param>
    /// <param name="filters">F.</param>
    /// <param name="capacity">The most images at a time.</param>
    /// <param name="tilesTarget">As many images are taken together as make about that many tiles.</param>
    public WinogradSize(ConvolutionSize size, int filters, int capacity, int tilesTarget = TilesTarget)
    {
        (Size, Filters) = (size, filters);
        (ChannelPitch, FilterPitch) = (PitchOf(size.Channels), PitchOf(filters));
        (Height, Width) = (UsedHeight(size), UsedWidth(size));
        (TileRows, TileColumns) = (TilesOn(Height), TilesOn(Width));
        Pixels = [.. Enumerable.Range(0, size.Height * size.Width).Select(p => PlaceOf(p / size.Width + size.Padding, p % size.Width + size.Padding))];
        OutputPixels = [.. Enumerable.Range(0, Height * Width).Select(p => (p / Width * TileColumns * Outputs + p % Width) * FilterPitch)];
        Group = Math.Clamp((tilesTarget + Tiles - 1) / Tiles, 1, capacity);
    }

    /// <summary>The convolution.</summary>
    public ConvolutionSize Size { get; }

    /// <summary>F.</summary>
    public int Filters { get; }

    /// <summary>Outputs of the convolution before pooling that are used.</summary>
    public int Height { get; }

    /// <summary>See <see cref="Height"/>.</summary>
    public int Width { get; }

    /// <summary>Tiles from top to bottom.</summary>
    public int TileRows { get; }

    /// <summary>Tiles from left to right.</summary>
    public int TileColumns { get; }

    /// <summary>Tiles of an image.</summary>
    public int Tiles => TileRows * TileColumns;

    /// <summary>Images at a time.</summary>
    public int Group { get; }

    /// <summary>Rows of the tiles' matrices: whole register tiles.</summary>
    public int Rows => (Group * Tiles + Tile.Rows - 1) / Tile.Rows * Tile.Rows;

    /// <summary>Numbers from one pixel of an image, or one row of a matrix over channels, to the next.</summary>
    public int ChannelPitch { get; }

    /// <summary>Numbers from one row of a matrix over filters to the next.</summary>
    public int FilterPitch { get; }

    /// <summary>Rows of an image with its padding.</summary>
    public int ImageRows => TileRows * Outputs + 2;

    /// <summary>Pixels from one row of an image to the next.</summary>
    public int ImageWidth => TileColumns * Outputs + 2;

    /// <summary>Numbers of an image with its padding, pixel by pixel, and of one pixel behind it that takes what is not used.</summary>
    public int ImageLength => (ImageRows * ImageWidth + 1) * ChannelPitch;

    /// <summary>Where each pixel of an image lies in it.</summary>
    public int[] Pixels { get; }

    /// <summary>Where each output before pooling lies in whole tiles.</summary>
    public int[] OutputPixels { get; }

    /// <summary>Numbers of all transformed filters.</summary>
    public int FiltersLength => Points * Size.Channels * FilterPitch;

    /// <summary>Whether it serves a convolution, and with at most two thirds of the multiplications.</summary>
    public static bool Fits(ConvolutionSize size, int filters) =>
        size is { FilterHeight: 3, FilterWidth: 3, Stride: 1 } && Math.Min(size.Channels, filters) >= LeastChannels
        && 3 * Points * TilesOn(UsedHeight(size)) * TilesOn(UsedWidth(size)) <= 2 * 9 * UsedHeight(size) * UsedWidth(size);

    /// <summary>Where a pixel lies in an image, its padding counted; behind the image where it is not used.</summary>
    public int PlaceOf(int row, int column) =>
        row >= 0 && row < ImageRows && column >= 0 && column < ImageWidth ? (row * ImageWidth + column) * ChannelPitch : ImageRows * ImageWidth * ChannelPitch;

    private static int UsedHeight(ConvolutionSize size) => (size.OutputHeight - 1) * size.PoolStride + size.PoolHeight;

    private static int UsedWidth(ConvolutionSize size) => (size.OutputWidth - 1) * size.PoolStride + size.PoolWidth;

    private static int TilesOn(int outputs) => (outputs + Outputs - 1) / Outputs;

    // One vector more than is used: rows a power of two apart would share few sets of the cache.
    private static int PitchOf(int count) => (count + Tile.Columns - 1) / Tile.Columns * Tile.Columns + Tile.Columns;
}
