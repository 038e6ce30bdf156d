using System.Runtime.CompilerServices;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>Tiles to their points and back, sixteen channels or filters at a time: <see cref="WinogradTransforms"/> down the columns and across the rows.</summary>
internal static unsafe class WinogradTiles
{
    private const int Side = WinogradTransforms.MostPoints;

    /// <summary>The points of all tiles of an image, by the transform for each number of outputs on a tile's side.</summary>
    /// <param name="size">How the image is cut.</param>
    /// <param name="image">Its place in the group.</param>
    /// <param name="x">Its pixels.</param>
    /// <param name="y">Receives the points of the group's tiles.</param>
    /// <param name="vectors">Of sixteen channels.</param>
    public static void ToPoints<T1, T2, T3, T4>(WinogradSize size, int image, TilePixels x, TilePoints y, int vectors)
        where T1 : ITransform
        where T2 : ITransform
        where T3 : ITransform
        where T4 : ITransform
    {
        for (int tile = 0; tile < size.Tiles; tile++)
        {
            (int row, int column) = Math.DivRem(tile, size.TileColumns);
            (TilePixels pixels, TilePoints points) = (x.Of(row, column), y.Of(image * size.Tiles + tile));
            switch (size.HeightOf(row))
            {
                case 1: Across<T1>(pixels, points, size.WidthOf(column)); break;
                case 2: Across<T2>(pixels, points, size.WidthOf(column)); break;
                case 3: Across<T3>(pixels, points, size.WidthOf(column)); break;
                default: Across<T4>(pixels, points, size.WidthOf(column)); break;
            }
        }

        void Across<TDown>(TilePixels x, TilePoints y, int width)
            where TDown : ITransform
        {
            switch (width)
            {
                case 1: ToPoints<TDown, T1>(x, y, vectors); break;
                case 2: ToPoints<TDown, T2>(x, y, vectors); break;
                case 3: ToPoints<TDown, T3>(x, y, vectors); break;
                default: ToPoints<TDown, T4>(x, y, vectors); break;
            }
        }
    }

    /// <summary>The points by one transform down and one across.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToPoints<TDown, TAcross>(TilePixels x, TilePoints y, int vectors)
        where TDown : ITransform
        where TAcross : ITransform
    {
        float* half = stackalloc float[Side * Side * Tile.Columns];
        var across = new Evenly(Tile.Columns);
        Evenly down = new(Side * Tile.Columns), rows = new(x.Row);
        for (int vector = 0; vector < vectors; vector++)
        {
            float* from = x.First + vector * Tile.Columns, to = y.First + vector * y.Next;
            for (int j = 0; j < TAcross.In; j++) TDown.Apply(from + j * x.Column, rows, half + j * Tile.Columns, down);
            for (int i = 0; i < TDown.Out; i++) TAcross.Apply(half + i * Side * Tile.Columns, across, to, new Listed(y.Places + i * Side));
        }
    }

    /// <summary>The outputs of an image from the points of its tiles, by the transform for each number of outputs on a tile's side.</summary>
    /// <param name="size">How the image is cut.</param>
    /// <param name="image">Its place in the group.</param>
    /// <param name="x">The points of the group's tiles.</param>
    /// <param name="y">Receives the outputs.</param>
    public static void FromPoints<T1, T2, T3, T4>(WinogradSize size, int image, TilePoints x, TilePixels y)
        where T1 : ITransform
        where T2 : ITransform
        where T3 : ITransform
        where T4 : ITransform
    {
        for (int tile = 0; tile < size.Tiles; tile++)
        {
            (int row, int column) = Math.DivRem(tile, size.TileColumns);
            (TilePoints points, TilePixels pixels) = (x.Of(image * size.Tiles + tile), y.Of(row, column));
            switch (size.HeightOf(row))
            {
                case 1: Across<T1>(points, pixels, size.WidthOf(column)); break;
                case 2: Across<T2>(points, pixels, size.WidthOf(column)); break;
                case 3: Across<T3>(points, pixels, size.WidthOf(column)); break;
                default: Across<T4>(points, pixels, size.WidthOf(column)); break;
            }
        }

        void Across<TDown>(TilePoints x, TilePixels y, int width)
            where TDown : ITransform
        {
            switch (width)
            {
                case 1: FromPoints<TDown, T1>(x, y); break;
                case 2: FromPoints<TDown, T2>(x, y); break;
                case 3: FromPoints<TDown, T3>(x, y); break;
                default: FromPoints<TDown, T4>(x, y); break;
            }
        }
    }

    /// <summary>The pixels by one transform down and one across.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromPoints<TDown, TAcross>(TilePoints x, TilePixels y)
        where TDown : ITransform
        where TAcross : ITransform
    {
        float* half = stackalloc float[Side * Side * Tile.Columns];
        var across = new Evenly(Tile.Columns);
        Evenly down = new(Side * Tile.Columns), rows = new(y.Row);
        for (int i = 0; i < TDown.In; i++) TAcross.Apply(x.First, new Listed(x.Places + i * Side), half + i * Side * Tile.Columns, across);
        for (int j = 0; j < TAcross.Out; j++) TDown.Apply(half + j * Tile.Columns, down, y.First + j * y.Column, rows);
    }
}

/// <summary>Where the pixels of an image, or of a tile, lie.</summary>
internal readonly unsafe struct TilePixels(float* first, nint row, nint column)
{
    /// <summary>The upper left one.</summary>
    public readonly float* First = first;

    /// <summary>Numbers from one row to the next.</summary>
    public readonly nint Row = row;

    /// <summary>Numbers from one column to the next.</summary>
    public readonly nint Column = column;

    /// <summary>Those of a tile of an image.</summary>
    public TilePixels Of(int tileRow, int tileColumn) => new(First + WinogradTransforms.MostOutputs * (tileRow * Row + tileColumn * Column), Row, Column);
}

/// <summary>Where the points of tiles lie: row by row, six in a row, each <paramref name="places"/> numbers from the first.</summary>
internal readonly unsafe struct TilePoints(float* first, int* places, nint next = Tile.Columns)
{
    /// <summary>What the places count from.</summary>
    public readonly float* First = first;

    /// <summary>Numbers from there to each point.</summary>
    public readonly int* Places = places;

    /// <summary>Numbers from sixteen channels to the next sixteen.</summary>
    public readonly nint Next = next;

    /// <summary>Those of a tile and of all behind it.</summary>
    public TilePoints Of(int tile) => new(First, Places + tile * WinogradSize.Points, Next);
}

/// <summary>Where the vectors of a transform lie.</summary>
internal interface IPlaces
{
    /// <summary>Numbers from the first place to that of vector k.</summary>
    nint Of(int k);
}

/// <summary>Vectors a stride apart.</summary>
internal readonly struct Evenly(nint stride) : IPlaces
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Of(int k) => k * stride;
}

/// <summary>Vectors at places that are listed.</summary>
internal readonly unsafe struct Listed(int* places) : IPlaces
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Of(int k) => places[k];
}
