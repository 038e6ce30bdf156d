namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// A 3x3 convolution of stride 1 cut into tiles of 4x4 outputs, the last row and column of tiles into what is left, and where its numbers lie: channels are
/// the lanes, and for each of the 36 points of a transformed tile there is a matrix with a row per tile that has it (or per channel of the filters).
/// </summary>
internal sealed class WinogradSize
{
    /// <summary>Points of a transformed tile of 4x4 outputs: 6 x 6.</summary>
    public const int Points = Side * Side;

    private const int Side = WinogradTransforms.MostPoints, Outputs = WinogradTransforms.MostOutputs;
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

    /// <summary>Pixels from one row of an image with its padding to the next.</summary>
    public int ImageWidth => Width + 2;

    /// <summary>Numbers of an image with its padding, pixel by pixel, and of one pixel behind it that takes what is not used.</summary>
    public int ImageLength => (ImageRows * ImageWidth + 1) * ChannelPitch;

    /// <summary>Where each pixel of an image lies in it.</summary>
    public int[] Pixels { get; }

    /// <summary>Numbers of all transformed filters.</summary>
    public int FiltersLength => Points * Size.Channels * FilterPitch;

    private int ImageRows => Height + 2;

    /// <summary>Whether it serves a convolution, and with at most two thirds of the multiplications.</summary>
    public static bool Fits(ConvolutionSize size, int filters) =>
        size is { FilterHeight: 3, FilterWidth: 3, Stride: 1 } && Math.Min(size.Channels, filters) >= LeastChannels
        && 3 * PointsOn(UsedHeight(size)) * PointsOn(UsedWidth(size)) <= 2 * 9 * UsedHeight(size) * UsedWidth(size);

    /// <summary>Whether it serves the weights' gradient, with not much more multiplications than what won its pooling window needs alone.</summary>
    public static bool FitsGradient(ConvolutionSize size, int filters) =>
        Fits(size, filters) && 2 * PointsOn(UsedHeight(size)) * PointsOn(UsedWidth(size)) <= 3 * 9 * size.OutputHeight * size.OutputWidth;

    /// <summary>Outputs of a row of tiles from top to bottom.</summary>
    public int HeightOf(int tileRow) => Math.Min(Outputs, Height - tileRow * Outputs);

    /// <summary>Outputs of a column of tiles from left to right.</summary>
    public int WidthOf(int tileColumn) => Math.Min(Outputs, Width - tileColumn * Outputs);

    /// <summary>Tiles of an image that have a point.</summary>
    public int TilesWith(int point) => TileRowsWith(point) * TileColumnsWith(point);

    /// <summary>
    /// For each tile of each image of a group, where its points lie in matrices: row by row those of an image's tiles that have the point, image after image.
    /// </summary>
    /// <param name="plane">Numbers from one point's matrix to the next.</param>
    /// <param name="row">Numbers from one row to the next.</param>
    public int[] PlacesOf(int plane, int row)
    {
        int[] places = new int[Group * Tiles * Points];
        for (int i = 0; i < places.Length; i++)
        {
            ((int image, int tile), int point) = (Math.DivRem(i / Points, Tiles), i % Points);
            (int tileRow, int tileColumn) = Math.DivRem(tile, TileColumns);
            places[i] = point * plane + (image * TilesWith(point) + tileRow * TileColumnsWith(point) + tileColumn) * row; // never used where it has no such point
        }

        return places;
    }

    /// <summary>Where a pixel lies in an image, its padding counted; behind the image where it is not used.</summary>
    public int PlaceOf(int row, int column) =>
        row >= 0 && row < ImageRows && column >= 0 && column < ImageWidth ? (row * ImageWidth + column) * ChannelPitch : ImageRows * ImageWidth * ChannelPitch;

    private int TileRowsWith(int point) => point / Side < WinogradTransforms.PointsOf(HeightOf(TileRows - 1)) ? TileRows : TileRows - 1;

    private int TileColumnsWith(int point) => point % Side < WinogradTransforms.PointsOf(WidthOf(TileColumns - 1)) ? TileColumns : TileColumns - 1;

    private static int UsedHeight(ConvolutionSize size) => (size.OutputHeight - 1) * size.PoolStride + size.PoolHeight;

    private static int UsedWidth(ConvolutionSize size) => (size.OutputWidth - 1) * size.PoolStride + size.PoolWidth;

    private static int TilesOn(int outputs) => (outputs + Outputs - 1) / Outputs;

    private static int PointsOn(int outputs) => outputs / Outputs * Side + (outputs % Outputs is int left and > 0 ? WinogradTransforms.PointsOf(left) : 0);

    // One vector more than is used: rows a power of two apart would share few sets of the cache.
    private static int PitchOf(int count) => (count + Tile.Columns - 1) / Tile.Columns * Tile.Columns + Tile.Columns;
}
